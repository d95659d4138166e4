"""Texts that travel badly: scripts of many directions, combining characters, emoji, quotes, markup, blanks around."""
# ruff: noqa: RUF001  the ambiguous characters are what these texts are for

MEMOS = (
    "Please confirm within 48 hours.",
    "Bitte Lieferung nur werktags 7\u201315 Uhr, Tor 3 \u2013 Größe & Maß prüfen",
    "Commande urgente : pièces détachées n° 4 \u00ab réf. À/12 \u00bb",
    "至急 部品の納期をご連絡ください。",
    "请在发货前通知我们 🚚📦",
    "الرجاء التسليم إلى المستودع رقم ٣",
    "נא לאשר קבלת ההזמנה (דחוף) #42",
    "Cafe\u0301 a\u030angstro\u0308m: combining characters",
    "  blanks around this memo \t",
    "Line one\nLine two\r\nLine three",
    'He said "5\' 11\\"" <b>& left</b>; DROP TABLE orders; --',
    "👩🏽\u200d🔧 Family of emoji 👨\u200d👩\u200d👧\u200d👦 \U0001f1e9\U0001f1ea",
    "\u200fmixed \u200eמעורב\u200f direction",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "İstanbul ŞİŞLİ ığdır",
    "x" * 900,
    "",
    "   ",
)

LINE_NOTES = ("acc. to drawing", "rev. B", "Ø 12 mm × 3\u2033", "\u2014 rostfrei", "±0.01", "(ロット指定)", "½ price?")

NOTES = (
    "Deliver with certificate 3.1 (EN 10204).",
    "Partial shipments are allowed \u2014 please advise.",
    "Verpackung: Euro-Palette, max. 1,20 m",
)

SECTIONS = ("Mechanical parts", "Elektronik", "サービス", "Spare parts & consumables")
