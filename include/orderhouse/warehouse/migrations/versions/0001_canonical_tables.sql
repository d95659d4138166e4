CREATE TABLE procurement.purchase_order (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    source_created_at TIMESTAMP WITH TIME ZONE,
    source_modified_at TIMESTAMP WITH TIME ZONE,
    source_version TEXT,
    source_url TEXT,
    is_deleted BOOLEAN NOT NULL,
    source_order_id TEXT NOT NULL,
    order_number TEXT NOT NULL,
    revision TEXT,
    order_type TEXT,
    order_type_source TEXT,
    status TEXT,
    status_source TEXT,
    approval_status TEXT,
    approval_status_source TEXT,
    receipt_status TEXT,
    receipt_status_source TEXT,
    invoice_status TEXT,
    invoice_status_source TEXT,
    order_date DATE,
    requested_delivery_date DATE,
    promised_delivery_date DATE,
    payment_due_date DATE,
    valid_from DATE,
    valid_to DATE,
    sent_at TIMESTAMP WITH TIME ZONE,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    approved_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    company_code TEXT,
    company_name TEXT,
    purchasing_org_code TEXT,
    purchasing_group_code TEXT,
    buyer_code TEXT,
    buyer_name TEXT,
    buyer_email TEXT,
    requester TEXT,
    created_by TEXT,
    approved_by TEXT,
    vendor_code TEXT,
    vendor_name TEXT,
    vendor_line1 TEXT,
    vendor_line2 TEXT,
    vendor_line3 TEXT,
    vendor_city TEXT,
    vendor_region TEXT,
    vendor_region_source TEXT,
    vendor_postal_code TEXT,
    vendor_country TEXT,
    vendor_country_source TEXT,
    vendor_contact TEXT,
    vendor_email TEXT,
    vendor_phone TEXT,
    vendor_tax_id TEXT,
    invoice_vendor_code TEXT,
    vendor_order_reference TEXT,
    ship_to_name TEXT,
    ship_to_line1 TEXT,
    ship_to_line2 TEXT,
    ship_to_line3 TEXT,
    ship_to_city TEXT,
    ship_to_region TEXT,
    ship_to_region_source TEXT,
    ship_to_postal_code TEXT,
    ship_to_country TEXT,
    ship_to_country_source TEXT,
    ship_to_contact TEXT,
    ship_to_email TEXT,
    ship_to_phone TEXT,
    bill_to_name TEXT,
    bill_to_line1 TEXT,
    bill_to_line2 TEXT,
    bill_to_line3 TEXT,
    bill_to_city TEXT,
    bill_to_region TEXT,
    bill_to_region_source TEXT,
    bill_to_postal_code TEXT,
    bill_to_country TEXT,
    bill_to_country_source TEXT,
    bill_to_contact TEXT,
    bill_to_email TEXT,
    bill_to_phone TEXT,
    payment_terms_code TEXT,
    payment_terms_text TEXT,
    net_days BIGINT,
    discount_percent NUMERIC(28, 6),
    discount_days BIGINT,
    delivery_terms TEXT,
    delivery_terms_source TEXT,
    delivery_terms_location TEXT,
    ship_method TEXT,
    language TEXT,
    language_source TEXT,
    currency TEXT,
    currency_source TEXT,
    exchange_rate NUMERIC(28, 12),
    exchange_rate_date DATE,
    company_currency TEXT,
    company_currency_source TEXT,
    subtotal_amount NUMERIC(28, 6),
    discount_amount NUMERIC(28, 6),
    charges_amount NUMERIC(28, 6),
    tax_amount NUMERIC(28, 6),
    total_amount NUMERIC(28, 6),
    subtotal_amount_company NUMERIC(28, 6),
    discount_amount_company NUMERIC(28, 6),
    charges_amount_company NUMERIC(28, 6),
    tax_amount_company NUMERIC(28, 6),
    total_amount_company NUMERIC(28, 6),
    tax_inclusive BOOLEAN,
    requisition_reference TEXT,
    contract_reference TEXT,
    quotation_reference TEXT,
    project_reference TEXT,
    memo TEXT,
    custom_fields JSONB,
    connector TEXT NOT NULL,
    company_amounts TEXT,
    customer TEXT NOT NULL,
    extracted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    row_hash TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_stale BOOLEAN NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    delete_evidence TEXT,
    CONSTRAINT purchase_order_pkey PRIMARY KEY (connection, order_id)
);
CREATE INDEX purchase_order_connection_order_number_idx ON procurement.purchase_order (connection, order_number);
CREATE INDEX purchase_order_connection_vendor_code_idx ON procurement.purchase_order (connection, vendor_code);
CREATE INDEX purchase_order_order_date_idx ON procurement.purchase_order (order_date);
CREATE INDEX purchase_order_source_modified_at_idx ON procurement.purchase_order (source_modified_at);
CREATE INDEX purchase_order_status_idx ON procurement.purchase_order (status);
COMMENT ON TABLE procurement.purchase_order IS 'One row per purchase order';
COMMENT ON COLUMN procurement.purchase_order.connection IS 'The connection (one system of one customer) the row came through';
COMMENT ON COLUMN procurement.purchase_order.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN procurement.purchase_order.source_created_at IS 'When the record was created at the source';
COMMENT ON COLUMN procurement.purchase_order.source_modified_at IS 'When the record last changed at the source';
COMMENT ON COLUMN procurement.purchase_order.source_version IS 'The source''s version mark: etag, SyncToken, rowversion';
COMMENT ON COLUMN procurement.purchase_order.source_url IS 'Address of the record at the source';
COMMENT ON COLUMN procurement.purchase_order.is_deleted IS 'The record is deleted at the source';
COMMENT ON COLUMN procurement.purchase_order.source_order_id IS 'The source''s own key; includes the company where numbers are unique only within it';
COMMENT ON COLUMN procurement.purchase_order.order_number IS 'The number people know the order by';
COMMENT ON COLUMN procurement.purchase_order.revision IS 'Revision or change order number';
COMMENT ON COLUMN procurement.purchase_order.order_type IS 'Kind of order (standard, blanket, contract_release, subcontract, return, drop_ship, service, other)';
COMMENT ON COLUMN procurement.purchase_order.order_type_source IS 'The source''s own value of `order_type`';
COMMENT ON COLUMN procurement.purchase_order.status IS 'Where the order stands in its life (draft, pending_approval, approved, sent, acknowledged, partially_received, received, partially_invoiced, invoiced, closed, cancelled, deleted, unknown)';
COMMENT ON COLUMN procurement.purchase_order.status_source IS 'The source''s own value of `status`';
COMMENT ON COLUMN procurement.purchase_order.approval_status IS 'Internal approval (not_required, pending, approved, rejected)';
COMMENT ON COLUMN procurement.purchase_order.approval_status_source IS 'The source''s own value of `approval_status`';
COMMENT ON COLUMN procurement.purchase_order.receipt_status IS 'How much has been received (none, partial, full)';
COMMENT ON COLUMN procurement.purchase_order.receipt_status_source IS 'The source''s own value of `receipt_status`';
COMMENT ON COLUMN procurement.purchase_order.invoice_status IS 'How much has been invoiced (none, partial, full)';
COMMENT ON COLUMN procurement.purchase_order.invoice_status_source IS 'The source''s own value of `invoice_status`';
COMMENT ON COLUMN procurement.purchase_order.order_date IS 'Date of the order document';
COMMENT ON COLUMN procurement.purchase_order.requested_delivery_date IS 'When the buyer requires delivery';
COMMENT ON COLUMN procurement.purchase_order.promised_delivery_date IS 'When the vendor promised delivery';
COMMENT ON COLUMN procurement.purchase_order.payment_due_date IS 'When payment is due';
COMMENT ON COLUMN procurement.purchase_order.valid_from IS 'First day a blanket order or contract is valid';
COMMENT ON COLUMN procurement.purchase_order.valid_to IS 'Last day a blanket order or contract is valid';
COMMENT ON COLUMN procurement.purchase_order.sent_at IS 'When the order was sent to the vendor';
COMMENT ON COLUMN procurement.purchase_order.acknowledged_at IS 'When the vendor acknowledged the order';
COMMENT ON COLUMN procurement.purchase_order.approved_at IS 'When the order was approved';
COMMENT ON COLUMN procurement.purchase_order.closed_at IS 'When the order was closed';
COMMENT ON COLUMN procurement.purchase_order.cancelled_at IS 'When the order was cancelled';
COMMENT ON COLUMN procurement.purchase_order.company_code IS 'Legal entity that buys, as the source codes it';
COMMENT ON COLUMN procurement.purchase_order.company_name IS 'Name of the legal entity';
COMMENT ON COLUMN procurement.purchase_order.purchasing_org_code IS 'Purchasing organisation';
COMMENT ON COLUMN procurement.purchase_order.purchasing_group_code IS 'Purchasing group or buying team';
COMMENT ON COLUMN procurement.purchase_order.buyer_code IS 'Buyer, as the source codes them';
COMMENT ON COLUMN procurement.purchase_order.buyer_name IS 'Name of the buyer';
COMMENT ON COLUMN procurement.purchase_order.buyer_email IS 'E-mail address of the buyer';
COMMENT ON COLUMN procurement.purchase_order.requester IS 'Who asked for the goods';
COMMENT ON COLUMN procurement.purchase_order.created_by IS 'User who created the order at the source';
COMMENT ON COLUMN procurement.purchase_order.approved_by IS 'User who approved the order';
COMMENT ON COLUMN procurement.purchase_order.vendor_code IS 'Vendor, as the source codes them';
COMMENT ON COLUMN procurement.purchase_order.vendor_name IS 'Vendor: name of the party';
COMMENT ON COLUMN procurement.purchase_order.vendor_line1 IS 'Vendor: first address line, usually street and number';
COMMENT ON COLUMN procurement.purchase_order.vendor_line2 IS 'Vendor: second address line';
COMMENT ON COLUMN procurement.purchase_order.vendor_line3 IS 'Vendor: third address line';
COMMENT ON COLUMN procurement.purchase_order.vendor_city IS 'Vendor: city';
COMMENT ON COLUMN procurement.purchase_order.vendor_region IS 'Vendor: state or province (ISO 3166-2)';
COMMENT ON COLUMN procurement.purchase_order.vendor_region_source IS 'The source''s own value of `vendor_region`';
COMMENT ON COLUMN procurement.purchase_order.vendor_postal_code IS 'Vendor: postal code';
COMMENT ON COLUMN procurement.purchase_order.vendor_country IS 'Vendor: country (ISO 3166-1 alpha-2)';
COMMENT ON COLUMN procurement.purchase_order.vendor_country_source IS 'The source''s own value of `vendor_country`';
COMMENT ON COLUMN procurement.purchase_order.vendor_contact IS 'Vendor: contact person';
COMMENT ON COLUMN procurement.purchase_order.vendor_email IS 'Vendor: e-mail address';
COMMENT ON COLUMN procurement.purchase_order.vendor_phone IS 'Vendor: telephone number';
COMMENT ON COLUMN procurement.purchase_order.vendor_tax_id IS 'Tax or VAT registration number of the vendor';
COMMENT ON COLUMN procurement.purchase_order.invoice_vendor_code IS 'Vendor who sends the invoice, where another one';
COMMENT ON COLUMN procurement.purchase_order.vendor_order_reference IS 'The vendor''s own reference for this order';
COMMENT ON COLUMN procurement.purchase_order.ship_to_name IS 'Ship-to: name of the party';
COMMENT ON COLUMN procurement.purchase_order.ship_to_line1 IS 'Ship-to: first address line, usually street and number';
COMMENT ON COLUMN procurement.purchase_order.ship_to_line2 IS 'Ship-to: second address line';
COMMENT ON COLUMN procurement.purchase_order.ship_to_line3 IS 'Ship-to: third address line';
COMMENT ON COLUMN procurement.purchase_order.ship_to_city IS 'Ship-to: city';
COMMENT ON COLUMN procurement.purchase_order.ship_to_region IS 'Ship-to: state or province (ISO 3166-2)';
COMMENT ON COLUMN procurement.purchase_order.ship_to_region_source IS 'The source''s own value of `ship_to_region`';
COMMENT ON COLUMN procurement.purchase_order.ship_to_postal_code IS 'Ship-to: postal code';
COMMENT ON COLUMN procurement.purchase_order.ship_to_country IS 'Ship-to: country (ISO 3166-1 alpha-2)';
COMMENT ON COLUMN procurement.purchase_order.ship_to_country_source IS 'The source''s own value of `ship_to_country`';
COMMENT ON COLUMN procurement.purchase_order.ship_to_contact IS 'Ship-to: contact person';
COMMENT ON COLUMN procurement.purchase_order.ship_to_email IS 'Ship-to: e-mail address';
COMMENT ON COLUMN procurement.purchase_order.ship_to_phone IS 'Ship-to: telephone number';
COMMENT ON COLUMN procurement.purchase_order.bill_to_name IS 'Bill-to: name of the party';
COMMENT ON COLUMN procurement.purchase_order.bill_to_line1 IS 'Bill-to: first address line, usually street and number';
COMMENT ON COLUMN procurement.purchase_order.bill_to_line2 IS 'Bill-to: second address line';
COMMENT ON COLUMN procurement.purchase_order.bill_to_line3 IS 'Bill-to: third address line';
COMMENT ON COLUMN procurement.purchase_order.bill_to_city IS 'Bill-to: city';
COMMENT ON COLUMN procurement.purchase_order.bill_to_region IS 'Bill-to: state or province (ISO 3166-2)';
COMMENT ON COLUMN procurement.purchase_order.bill_to_region_source IS 'The source''s own value of `bill_to_region`';
COMMENT ON COLUMN procurement.purchase_order.bill_to_postal_code IS 'Bill-to: postal code';
COMMENT ON COLUMN procurement.purchase_order.bill_to_country IS 'Bill-to: country (ISO 3166-1 alpha-2)';
COMMENT ON COLUMN procurement.purchase_order.bill_to_country_source IS 'The source''s own value of `bill_to_country`';
COMMENT ON COLUMN procurement.purchase_order.bill_to_contact IS 'Bill-to: contact person';
COMMENT ON COLUMN procurement.purchase_order.bill_to_email IS 'Bill-to: e-mail address';
COMMENT ON COLUMN procurement.purchase_order.bill_to_phone IS 'Bill-to: telephone number';
COMMENT ON COLUMN procurement.purchase_order.payment_terms_code IS 'Payment terms, as the source codes them';
COMMENT ON COLUMN procurement.purchase_order.payment_terms_text IS 'Payment terms in words';
COMMENT ON COLUMN procurement.purchase_order.net_days IS 'Days until payment is due without discount';
COMMENT ON COLUMN procurement.purchase_order.discount_percent IS 'Early-payment discount';
COMMENT ON COLUMN procurement.purchase_order.discount_days IS 'Days within which the early-payment discount holds';
COMMENT ON COLUMN procurement.purchase_order.delivery_terms IS 'Delivery terms (Incoterms 2020)';
COMMENT ON COLUMN procurement.purchase_order.delivery_terms_source IS 'The source''s own value of `delivery_terms`';
COMMENT ON COLUMN procurement.purchase_order.delivery_terms_location IS 'Named place of the delivery terms';
COMMENT ON COLUMN procurement.purchase_order.ship_method IS 'Carrier or mode of transport';
COMMENT ON COLUMN procurement.purchase_order.language IS 'Language of the order document (BCP 47)';
COMMENT ON COLUMN procurement.purchase_order.language_source IS 'The source''s own value of `language`';
COMMENT ON COLUMN procurement.purchase_order.currency IS 'Document currency of all amounts without `_company` (ISO 4217)';
COMMENT ON COLUMN procurement.purchase_order.currency_source IS 'The source''s own value of `currency`';
COMMENT ON COLUMN procurement.purchase_order.exchange_rate IS 'Company currency units per one document currency unit';
COMMENT ON COLUMN procurement.purchase_order.exchange_rate_date IS 'Date of the exchange rate';
COMMENT ON COLUMN procurement.purchase_order.company_currency IS 'Currency of the `_company` amounts (ISO 4217)';
COMMENT ON COLUMN procurement.purchase_order.company_currency_source IS 'The source''s own value of `company_currency`';
COMMENT ON COLUMN procurement.purchase_order.subtotal_amount IS 'Sum of the lines'' net amounts without charge lines';
COMMENT ON COLUMN procurement.purchase_order.discount_amount IS 'Discount on the order as a whole';
COMMENT ON COLUMN procurement.purchase_order.charges_amount IS 'Freight and other charges, charge lines included';
COMMENT ON COLUMN procurement.purchase_order.tax_amount IS 'Tax';
COMMENT ON COLUMN procurement.purchase_order.total_amount IS 'What the vendor will be owed, tax and charges included';
COMMENT ON COLUMN procurement.purchase_order.subtotal_amount_company IS '`subtotal_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order.discount_amount_company IS '`discount_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order.charges_amount_company IS '`charges_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order.tax_amount_company IS '`tax_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order.total_amount_company IS '`total_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order.tax_inclusive IS 'Unit prices include tax';
COMMENT ON COLUMN procurement.purchase_order.requisition_reference IS 'Purchase requisition behind the order';
COMMENT ON COLUMN procurement.purchase_order.contract_reference IS 'Contract or blanket order behind the order';
COMMENT ON COLUMN procurement.purchase_order.quotation_reference IS 'Quotation behind the order';
COMMENT ON COLUMN procurement.purchase_order.project_reference IS 'Project the order belongs to';
COMMENT ON COLUMN procurement.purchase_order.memo IS 'Free text on the order';
COMMENT ON COLUMN procurement.purchase_order.custom_fields IS 'The connection''s custom fields by the names it chose';
COMMENT ON COLUMN procurement.purchase_order.connector IS 'The kind of source system';
COMMENT ON COLUMN procurement.purchase_order.company_amounts IS '`source`, or `derived` where computed with the order''s own exchange rate';
COMMENT ON COLUMN procurement.purchase_order.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.purchase_order.extracted_at IS 'Start of the fetch that read the row, on the warehouse''s clock';
COMMENT ON COLUMN procurement.purchase_order.loaded_at IS 'When this version of the row was written to the warehouse';
COMMENT ON COLUMN procurement.purchase_order.sync_id IS 'The sync (`ops.sync`) that wrote this version of the row';
COMMENT ON COLUMN procurement.purchase_order.row_hash IS 'Hash of the row''s mapped content; equal hashes are not rewritten';
COMMENT ON COLUMN procurement.purchase_order.first_seen_at IS 'When the row first reached the warehouse';
COMMENT ON COLUMN procurement.purchase_order.is_stale IS 'A newer version of the order waits among the rejects';
COMMENT ON COLUMN procurement.purchase_order.deleted_at IS 'When the deletion was noticed';
COMMENT ON COLUMN procurement.purchase_order.delete_evidence IS 'What proves the deletion: flag, tombstone, absent_in_full_scan, absent_in_order';

CREATE TABLE procurement.purchase_order_line (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    line_id UUID NOT NULL,
    source_created_at TIMESTAMP WITH TIME ZONE,
    source_modified_at TIMESTAMP WITH TIME ZONE,
    source_version TEXT,
    source_url TEXT,
    is_deleted BOOLEAN NOT NULL,
    source_line_id TEXT NOT NULL,
    line_number TEXT,
    line_type TEXT,
    line_type_source TEXT,
    line_status TEXT,
    line_status_source TEXT,
    item_code TEXT,
    item_name TEXT,
    description TEXT,
    vendor_item_code TEXT,
    manufacturer_item_code TEXT,
    gtin TEXT,
    commodity_code TEXT,
    commodity_code_scheme TEXT,
    category TEXT,
    quantity_ordered NUMERIC(28, 6),
    unit TEXT,
    unit_source TEXT,
    base_unit TEXT,
    base_unit_source TEXT,
    unit_conversion_factor NUMERIC(28, 12),
    quantity_received NUMERIC(28, 6),
    quantity_accepted NUMERIC(28, 6),
    quantity_rejected NUMERIC(28, 6),
    quantity_invoiced NUMERIC(28, 6),
    quantity_cancelled NUMERIC(28, 6),
    quantity_open NUMERIC(28, 6),
    unit_price NUMERIC(28, 10),
    price_basis_quantity NUMERIC(28, 6),
    price_unit TEXT,
    price_unit_source TEXT,
    price_unit_conversion_factor NUMERIC(28, 12),
    discount_percent NUMERIC(28, 6),
    discount_amount NUMERIC(28, 6),
    net_amount NUMERIC(28, 6),
    tax_amount NUMERIC(28, 6),
    total_amount NUMERIC(28, 6),
    net_amount_company NUMERIC(28, 6),
    tax_code TEXT,
    tax_rate NUMERIC(28, 6),
    requested_delivery_date DATE,
    promised_delivery_date DATE,
    confirmed_delivery_date DATE,
    first_received_date DATE,
    last_received_date DATE,
    ship_to_name TEXT,
    ship_to_line1 TEXT,
    ship_to_line2 TEXT,
    ship_to_line3 TEXT,
    ship_to_city TEXT,
    ship_to_region TEXT,
    ship_to_region_source TEXT,
    ship_to_postal_code TEXT,
    ship_to_country TEXT,
    ship_to_country_source TEXT,
    ship_to_contact TEXT,
    ship_to_email TEXT,
    ship_to_phone TEXT,
    receiving_site TEXT,
    warehouse TEXT,
    over_delivery_percent NUMERIC(28, 6),
    under_delivery_percent NUMERIC(28, 6),
    match_policy TEXT,
    match_policy_source TEXT,
    gl_account TEXT,
    cost_center TEXT,
    project TEXT,
    department TEXT,
    requisition_reference TEXT,
    contract_reference TEXT,
    is_cancelled BOOLEAN,
    is_closed BOOLEAN,
    custom_fields JSONB,
    customer TEXT NOT NULL,
    extracted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    row_hash TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_stale BOOLEAN NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    delete_evidence TEXT,
    CONSTRAINT purchase_order_line_pkey PRIMARY KEY (connection, line_id),
    CONSTRAINT purchase_order_line_purchase_order_fkey FOREIGN KEY(connection, order_id) REFERENCES procurement.purchase_order (connection, order_id)
);
CREATE INDEX purchase_order_line_connection_item_code_idx ON procurement.purchase_order_line (connection, item_code);
CREATE INDEX purchase_order_line_connection_order_id_idx ON procurement.purchase_order_line (connection, order_id);
CREATE INDEX purchase_order_line_requested_delivery_date_idx ON procurement.purchase_order_line (requested_delivery_date);
COMMENT ON TABLE procurement.purchase_order_line IS 'One row per line of an order';
COMMENT ON COLUMN procurement.purchase_order_line.connection IS 'The connection (one system of one customer) the row came through';
COMMENT ON COLUMN procurement.purchase_order_line.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN procurement.purchase_order_line.line_id IS 'Deterministic UUID of order and source line id';
COMMENT ON COLUMN procurement.purchase_order_line.source_created_at IS 'When the record was created at the source';
COMMENT ON COLUMN procurement.purchase_order_line.source_modified_at IS 'When the record last changed at the source';
COMMENT ON COLUMN procurement.purchase_order_line.source_version IS 'The source''s version mark: etag, SyncToken, rowversion';
COMMENT ON COLUMN procurement.purchase_order_line.source_url IS 'Address of the record at the source';
COMMENT ON COLUMN procurement.purchase_order_line.is_deleted IS 'The record is deleted at the source';
COMMENT ON COLUMN procurement.purchase_order_line.source_line_id IS 'The line''s key within its order at the source';
COMMENT ON COLUMN procurement.purchase_order_line.line_number IS 'The number people know the line by, as text: 00010, 1.1';
COMMENT ON COLUMN procurement.purchase_order_line.line_type IS 'What is bought; text lines carry no quantity (goods, service, charge, asset, text)';
COMMENT ON COLUMN procurement.purchase_order_line.line_type_source IS 'The source''s own value of `line_type`';
COMMENT ON COLUMN procurement.purchase_order_line.line_status IS 'Where the line stands in its life (draft, pending_approval, open, partially_received, received, partially_invoiced, invoiced, closed, cancelled, deleted, unknown)';
COMMENT ON COLUMN procurement.purchase_order_line.line_status_source IS 'The source''s own value of `line_status`';
COMMENT ON COLUMN procurement.purchase_order_line.item_code IS 'Item, as the buyer codes it';
COMMENT ON COLUMN procurement.purchase_order_line.item_name IS 'Name of the item';
COMMENT ON COLUMN procurement.purchase_order_line.description IS 'Text of the line';
COMMENT ON COLUMN procurement.purchase_order_line.vendor_item_code IS 'Item, as the vendor codes it';
COMMENT ON COLUMN procurement.purchase_order_line.manufacturer_item_code IS 'Item, as its manufacturer codes it';
COMMENT ON COLUMN procurement.purchase_order_line.gtin IS 'Global Trade Item Number';
COMMENT ON COLUMN procurement.purchase_order_line.commodity_code IS 'Commodity classification';
COMMENT ON COLUMN procurement.purchase_order_line.commodity_code_scheme IS 'Classification scheme: UNSPSC, eCl@ss, material group, ...';
COMMENT ON COLUMN procurement.purchase_order_line.category IS 'The buyer''s own category';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_ordered IS 'Quantity ordered, in `unit`';
COMMENT ON COLUMN procurement.purchase_order_line.unit IS 'Unit of all quantities of the line (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.purchase_order_line.unit_source IS 'The source''s own value of `unit`';
COMMENT ON COLUMN procurement.purchase_order_line.base_unit IS 'The item''s stock-keeping unit (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.purchase_order_line.base_unit_source IS 'The source''s own value of `base_unit`';
COMMENT ON COLUMN procurement.purchase_order_line.unit_conversion_factor IS 'Base units per one `unit`';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_received IS 'Quantity received so far';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_accepted IS 'Quantity accepted by inspection';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_rejected IS 'Quantity rejected by inspection';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_invoiced IS 'Quantity invoiced so far';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_cancelled IS 'Quantity cancelled';
COMMENT ON COLUMN procurement.purchase_order_line.quantity_open IS 'Quantity still to be received, as the source tells it';
COMMENT ON COLUMN procurement.purchase_order_line.unit_price IS 'Price of `price_basis_quantity` price units, before discount';
COMMENT ON COLUMN procurement.purchase_order_line.price_basis_quantity IS 'How many price units the price buys; NULL means 1';
COMMENT ON COLUMN procurement.purchase_order_line.price_unit IS 'Unit of the price; NULL means `unit` (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.purchase_order_line.price_unit_source IS 'The source''s own value of `price_unit`';
COMMENT ON COLUMN procurement.purchase_order_line.price_unit_conversion_factor IS 'Price units per one `unit`; NULL means 1';
COMMENT ON COLUMN procurement.purchase_order_line.discount_percent IS 'Discount of the line';
COMMENT ON COLUMN procurement.purchase_order_line.discount_amount IS 'Discount of the line';
COMMENT ON COLUMN procurement.purchase_order_line.net_amount IS 'Line amount after discount, without tax';
COMMENT ON COLUMN procurement.purchase_order_line.tax_amount IS 'Tax of the line';
COMMENT ON COLUMN procurement.purchase_order_line.total_amount IS 'Line amount with tax';
COMMENT ON COLUMN procurement.purchase_order_line.net_amount_company IS '`net_amount` in company currency';
COMMENT ON COLUMN procurement.purchase_order_line.tax_code IS 'Tax, as the source codes it';
COMMENT ON COLUMN procurement.purchase_order_line.tax_rate IS 'Tax rate';
COMMENT ON COLUMN procurement.purchase_order_line.requested_delivery_date IS 'When the buyer requires delivery';
COMMENT ON COLUMN procurement.purchase_order_line.promised_delivery_date IS 'When the vendor promised delivery';
COMMENT ON COLUMN procurement.purchase_order_line.confirmed_delivery_date IS 'When the vendor confirmed delivery';
COMMENT ON COLUMN procurement.purchase_order_line.first_received_date IS 'Date of the first receipt';
COMMENT ON COLUMN procurement.purchase_order_line.last_received_date IS 'Date of the latest receipt';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_name IS 'Ship-to, where the line''s differs from the order''s: name of the party';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_line1 IS 'Ship-to, where the line''s differs from the order''s: first address line, usually street and number';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_line2 IS 'Ship-to, where the line''s differs from the order''s: second address line';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_line3 IS 'Ship-to, where the line''s differs from the order''s: third address line';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_city IS 'Ship-to, where the line''s differs from the order''s: city';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_region IS 'Ship-to, where the line''s differs from the order''s: state or province (ISO 3166-2)';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_region_source IS 'The source''s own value of `ship_to_region`';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_postal_code IS 'Ship-to, where the line''s differs from the order''s: postal code';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_country IS 'Ship-to, where the line''s differs from the order''s: country (ISO 3166-1 alpha-2)';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_country_source IS 'The source''s own value of `ship_to_country`';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_contact IS 'Ship-to, where the line''s differs from the order''s: contact person';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_email IS 'Ship-to, where the line''s differs from the order''s: e-mail address';
COMMENT ON COLUMN procurement.purchase_order_line.ship_to_phone IS 'Ship-to, where the line''s differs from the order''s: telephone number';
COMMENT ON COLUMN procurement.purchase_order_line.receiving_site IS 'Plant or site that receives';
COMMENT ON COLUMN procurement.purchase_order_line.warehouse IS 'Storage location that receives';
COMMENT ON COLUMN procurement.purchase_order_line.over_delivery_percent IS 'Over-delivery tolerated';
COMMENT ON COLUMN procurement.purchase_order_line.under_delivery_percent IS 'Under-delivery tolerated';
COMMENT ON COLUMN procurement.purchase_order_line.match_policy IS 'What an invoice is matched against (none, two_way, three_way, four_way)';
COMMENT ON COLUMN procurement.purchase_order_line.match_policy_source IS 'The source''s own value of `match_policy`';
COMMENT ON COLUMN procurement.purchase_order_line.gl_account IS 'General ledger account, where the line is not split';
COMMENT ON COLUMN procurement.purchase_order_line.cost_center IS 'Cost centre, where the line is not split';
COMMENT ON COLUMN procurement.purchase_order_line.project IS 'Project, where the line is not split';
COMMENT ON COLUMN procurement.purchase_order_line.department IS 'Department, where the line is not split';
COMMENT ON COLUMN procurement.purchase_order_line.requisition_reference IS 'Purchase requisition behind the line';
COMMENT ON COLUMN procurement.purchase_order_line.contract_reference IS 'Contract behind the line';
COMMENT ON COLUMN procurement.purchase_order_line.is_cancelled IS 'The line is cancelled';
COMMENT ON COLUMN procurement.purchase_order_line.is_closed IS 'Nothing more is expected, also when short-closed';
COMMENT ON COLUMN procurement.purchase_order_line.custom_fields IS 'The connection''s custom fields by the names it chose';
COMMENT ON COLUMN procurement.purchase_order_line.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.purchase_order_line.extracted_at IS 'Start of the fetch that read the row, on the warehouse''s clock';
COMMENT ON COLUMN procurement.purchase_order_line.loaded_at IS 'When this version of the row was written to the warehouse';
COMMENT ON COLUMN procurement.purchase_order_line.sync_id IS 'The sync (`ops.sync`) that wrote this version of the row';
COMMENT ON COLUMN procurement.purchase_order_line.row_hash IS 'Hash of the row''s mapped content; equal hashes are not rewritten';
COMMENT ON COLUMN procurement.purchase_order_line.first_seen_at IS 'When the row first reached the warehouse';
COMMENT ON COLUMN procurement.purchase_order_line.is_stale IS 'A newer version of the order waits among the rejects';
COMMENT ON COLUMN procurement.purchase_order_line.deleted_at IS 'When the deletion was noticed';
COMMENT ON COLUMN procurement.purchase_order_line.delete_evidence IS 'What proves the deletion: flag, tombstone, absent_in_full_scan, absent_in_order';

CREATE TABLE procurement.purchase_order_distribution (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    line_id UUID NOT NULL,
    distribution_id UUID NOT NULL,
    source_created_at TIMESTAMP WITH TIME ZONE,
    source_modified_at TIMESTAMP WITH TIME ZONE,
    source_version TEXT,
    source_url TEXT,
    is_deleted BOOLEAN NOT NULL,
    distribution_number TEXT NOT NULL,
    percent NUMERIC(28, 6),
    quantity NUMERIC(28, 6),
    amount NUMERIC(28, 6),
    gl_account TEXT,
    cost_center TEXT,
    profit_center TEXT,
    department TEXT,
    project TEXT,
    wbs_element TEXT,
    internal_order TEXT,
    asset TEXT,
    fund TEXT,
    dimensions JSONB,
    customer TEXT NOT NULL,
    extracted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    row_hash TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_stale BOOLEAN NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    delete_evidence TEXT,
    CONSTRAINT purchase_order_distribution_pkey PRIMARY KEY (connection, distribution_id),
    CONSTRAINT purchase_order_distribution_purchase_order_line_fkey FOREIGN KEY(connection, line_id) REFERENCES procurement.purchase_order_line (connection, line_id)
);
CREATE INDEX purchase_order_distribution_connection_line_id_idx ON procurement.purchase_order_distribution (connection, line_id);
CREATE INDEX purchase_order_distribution_connection_order_id_idx ON procurement.purchase_order_distribution (connection, order_id);
COMMENT ON TABLE procurement.purchase_order_distribution IS 'One row per account assignment of a line';
COMMENT ON COLUMN procurement.purchase_order_distribution.connection IS 'The connection (one system of one customer) the row came through';
COMMENT ON COLUMN procurement.purchase_order_distribution.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN procurement.purchase_order_distribution.line_id IS 'Deterministic UUID of order and source line id';
COMMENT ON COLUMN procurement.purchase_order_distribution.distribution_id IS 'Deterministic UUID of line and distribution number';
COMMENT ON COLUMN procurement.purchase_order_distribution.source_created_at IS 'When the record was created at the source';
COMMENT ON COLUMN procurement.purchase_order_distribution.source_modified_at IS 'When the record last changed at the source';
COMMENT ON COLUMN procurement.purchase_order_distribution.source_version IS 'The source''s version mark: etag, SyncToken, rowversion';
COMMENT ON COLUMN procurement.purchase_order_distribution.source_url IS 'Address of the record at the source';
COMMENT ON COLUMN procurement.purchase_order_distribution.is_deleted IS 'The record is deleted at the source';
COMMENT ON COLUMN procurement.purchase_order_distribution.distribution_number IS 'The account assignment''s key within its line';
COMMENT ON COLUMN procurement.purchase_order_distribution.percent IS 'Share of the line';
COMMENT ON COLUMN procurement.purchase_order_distribution.quantity IS 'Quantity of the line';
COMMENT ON COLUMN procurement.purchase_order_distribution.amount IS 'Net amount of the line';
COMMENT ON COLUMN procurement.purchase_order_distribution.gl_account IS 'General ledger account';
COMMENT ON COLUMN procurement.purchase_order_distribution.cost_center IS 'Cost centre';
COMMENT ON COLUMN procurement.purchase_order_distribution.profit_center IS 'Profit centre';
COMMENT ON COLUMN procurement.purchase_order_distribution.department IS 'Department';
COMMENT ON COLUMN procurement.purchase_order_distribution.project IS 'Project';
COMMENT ON COLUMN procurement.purchase_order_distribution.wbs_element IS 'Work breakdown structure element';
COMMENT ON COLUMN procurement.purchase_order_distribution.internal_order IS 'Internal order';
COMMENT ON COLUMN procurement.purchase_order_distribution.asset IS 'Fixed asset';
COMMENT ON COLUMN procurement.purchase_order_distribution.fund IS 'Fund';
COMMENT ON COLUMN procurement.purchase_order_distribution.dimensions IS 'Further dimensions by the source''s own names';
COMMENT ON COLUMN procurement.purchase_order_distribution.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.purchase_order_distribution.extracted_at IS 'Start of the fetch that read the row, on the warehouse''s clock';
COMMENT ON COLUMN procurement.purchase_order_distribution.loaded_at IS 'When this version of the row was written to the warehouse';
COMMENT ON COLUMN procurement.purchase_order_distribution.sync_id IS 'The sync (`ops.sync`) that wrote this version of the row';
COMMENT ON COLUMN procurement.purchase_order_distribution.row_hash IS 'Hash of the row''s mapped content; equal hashes are not rewritten';
COMMENT ON COLUMN procurement.purchase_order_distribution.first_seen_at IS 'When the row first reached the warehouse';
COMMENT ON COLUMN procurement.purchase_order_distribution.is_stale IS 'A newer version of the order waits among the rejects';
COMMENT ON COLUMN procurement.purchase_order_distribution.deleted_at IS 'When the deletion was noticed';
COMMENT ON COLUMN procurement.purchase_order_distribution.delete_evidence IS 'What proves the deletion: flag, tombstone, absent_in_full_scan, absent_in_order';

CREATE TABLE procurement.purchase_order_schedule (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    line_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    source_created_at TIMESTAMP WITH TIME ZONE,
    source_modified_at TIMESTAMP WITH TIME ZONE,
    source_version TEXT,
    source_url TEXT,
    is_deleted BOOLEAN NOT NULL,
    schedule_number TEXT NOT NULL,
    quantity NUMERIC(28, 6),
    unit TEXT,
    unit_source TEXT,
    requested_delivery_date DATE,
    promised_delivery_date DATE,
    quantity_received NUMERIC(28, 6),
    ship_to_name TEXT,
    ship_to_line1 TEXT,
    ship_to_line2 TEXT,
    ship_to_line3 TEXT,
    ship_to_city TEXT,
    ship_to_region TEXT,
    ship_to_region_source TEXT,
    ship_to_postal_code TEXT,
    ship_to_country TEXT,
    ship_to_country_source TEXT,
    ship_to_contact TEXT,
    ship_to_email TEXT,
    ship_to_phone TEXT,
    status TEXT,
    status_source TEXT,
    customer TEXT NOT NULL,
    extracted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    row_hash TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_stale BOOLEAN NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    delete_evidence TEXT,
    CONSTRAINT purchase_order_schedule_pkey PRIMARY KEY (connection, schedule_id),
    CONSTRAINT purchase_order_schedule_purchase_order_line_fkey FOREIGN KEY(connection, line_id) REFERENCES procurement.purchase_order_line (connection, line_id)
);
CREATE INDEX purchase_order_schedule_connection_line_id_idx ON procurement.purchase_order_schedule (connection, line_id);
CREATE INDEX purchase_order_schedule_connection_order_id_idx ON procurement.purchase_order_schedule (connection, order_id);
COMMENT ON TABLE procurement.purchase_order_schedule IS 'One row per delivery schedule of a line';
COMMENT ON COLUMN procurement.purchase_order_schedule.connection IS 'The connection (one system of one customer) the row came through';
COMMENT ON COLUMN procurement.purchase_order_schedule.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN procurement.purchase_order_schedule.line_id IS 'Deterministic UUID of order and source line id';
COMMENT ON COLUMN procurement.purchase_order_schedule.schedule_id IS 'Deterministic UUID of line and schedule number';
COMMENT ON COLUMN procurement.purchase_order_schedule.source_created_at IS 'When the record was created at the source';
COMMENT ON COLUMN procurement.purchase_order_schedule.source_modified_at IS 'When the record last changed at the source';
COMMENT ON COLUMN procurement.purchase_order_schedule.source_version IS 'The source''s version mark: etag, SyncToken, rowversion';
COMMENT ON COLUMN procurement.purchase_order_schedule.source_url IS 'Address of the record at the source';
COMMENT ON COLUMN procurement.purchase_order_schedule.is_deleted IS 'The record is deleted at the source';
COMMENT ON COLUMN procurement.purchase_order_schedule.schedule_number IS 'The schedule''s key within its line';
COMMENT ON COLUMN procurement.purchase_order_schedule.quantity IS 'Quantity to be delivered';
COMMENT ON COLUMN procurement.purchase_order_schedule.unit IS 'Unit of the quantities (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.purchase_order_schedule.unit_source IS 'The source''s own value of `unit`';
COMMENT ON COLUMN procurement.purchase_order_schedule.requested_delivery_date IS 'When the buyer requires delivery';
COMMENT ON COLUMN procurement.purchase_order_schedule.promised_delivery_date IS 'When the vendor promised delivery';
COMMENT ON COLUMN procurement.purchase_order_schedule.quantity_received IS 'Quantity received so far';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_name IS 'Ship-to of the schedule: name of the party';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_line1 IS 'Ship-to of the schedule: first address line, usually street and number';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_line2 IS 'Ship-to of the schedule: second address line';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_line3 IS 'Ship-to of the schedule: third address line';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_city IS 'Ship-to of the schedule: city';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_region IS 'Ship-to of the schedule: state or province (ISO 3166-2)';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_region_source IS 'The source''s own value of `ship_to_region`';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_postal_code IS 'Ship-to of the schedule: postal code';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_country IS 'Ship-to of the schedule: country (ISO 3166-1 alpha-2)';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_country_source IS 'The source''s own value of `ship_to_country`';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_contact IS 'Ship-to of the schedule: contact person';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_email IS 'Ship-to of the schedule: e-mail address';
COMMENT ON COLUMN procurement.purchase_order_schedule.ship_to_phone IS 'Ship-to of the schedule: telephone number';
COMMENT ON COLUMN procurement.purchase_order_schedule.status IS 'Where the schedule stands in its life (draft, pending_approval, open, partially_received, received, partially_invoiced, invoiced, closed, cancelled, deleted, unknown)';
COMMENT ON COLUMN procurement.purchase_order_schedule.status_source IS 'The source''s own value of `status`';
COMMENT ON COLUMN procurement.purchase_order_schedule.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.purchase_order_schedule.extracted_at IS 'Start of the fetch that read the row, on the warehouse''s clock';
COMMENT ON COLUMN procurement.purchase_order_schedule.loaded_at IS 'When this version of the row was written to the warehouse';
COMMENT ON COLUMN procurement.purchase_order_schedule.sync_id IS 'The sync (`ops.sync`) that wrote this version of the row';
COMMENT ON COLUMN procurement.purchase_order_schedule.row_hash IS 'Hash of the row''s mapped content; equal hashes are not rewritten';
COMMENT ON COLUMN procurement.purchase_order_schedule.first_seen_at IS 'When the row first reached the warehouse';
COMMENT ON COLUMN procurement.purchase_order_schedule.is_stale IS 'A newer version of the order waits among the rejects';
COMMENT ON COLUMN procurement.purchase_order_schedule.deleted_at IS 'When the deletion was noticed';
COMMENT ON COLUMN procurement.purchase_order_schedule.delete_evidence IS 'What proves the deletion: flag, tombstone, absent_in_full_scan, absent_in_order';
