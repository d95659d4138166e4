"""SAP's units of measure as UN/ECE Recommendation 20 codes.

Origin: table T006 as SAP delivers it (internal codes, the commercial codes of English and German, and the ISO code that
T006-ISOCODE assigns). A company's own units are added per connection by an override's ``codes``.
"""

UNITS: dict[str, str] = {
    "ST": "H87", "PC": "H87", "PCE": "H87", "EA": "EA", "LE": "C62", "AU": "C62",
    "SET": "SET", "SAT": "SET", "PAA": "PR", "PR": "PR", "PRS": "PR", "DZ": "DZN", "GRO": "GRO",
    "KG": "KGM", "G": "GRM", "MG": "MGM", "TO": "TNE", "T": "TNE", "TON": "STN", "LB": "LBR", "OZ": "ONZ",
    "L": "LTR", "ML": "MLT", "CL": "CLT", "HL": "HLT", "M3": "MTQ", "CCM": "CMQ", "CM3": "CMQ",
    "GLL": "GLL", "GAL": "GLL", "FOZ": "OZA", "QT": "QTL", "PT": "PTL", "FT3": "FTQ",
    "M": "MTR", "CM": "CMT", "MM": "MMT", "KM": "KMT", "IN": "INH", "FT": "FOT", "YD": "YRD", "MI": "SMI",
    "M2": "MTK", "CM2": "CMK", "FT2": "FTK", "YD2": "YDK", "HA": "HAR",
    "H": "HUR", "HR": "HUR", "HUR": "HUR", "STD": "HUR", "MIN": "MIN", "S": "SEC", "SEC": "SEC",
    "D": "DAY", "DAY": "DAY", "TAG": "DAY", "WK": "WEE", "WCH": "WEE", "MON": "MON", "YR": "ANN", "JHR": "ANN",
    "KAR": "XCT", "CAR": "XCT", "CV": "XCS", "CS": "XCS", "KI": "XCR", "CRT": "XCR", "BOX": "XBX",
    "PAK": "XPK", "PAC": "XPK", "PAL": "XPX", "ROL": "XRO", "ROLL": "XRO", "FL": "XBO", "BT": "XBO", "BOT": "XBO",
    "KAN": "XCX", "CAN": "XCX", "DR": "XDR", "FAS": "XDR", "BAG": "XBG", "BG": "XBG", "SCK": "XSA",
    "KWH": "KWH", "MWH": "MWH", "KW": "KWT", "W": "WTT", "MOL": "C34", "P1": "P1", "%": "P1",
}  # fmt: skip
