"""Awkward lines that every tokenizer has to cut as the reference does."""

LINES = [
    "", " ", "   ", "\t", "\n", " \t \n ", "a", " a", "a ", "  a  b  ", "\u00a0a\u00a0b\u00a0", "\u3000全角\u3000空白\u3000",
    "Hello world.", "The river runs to the sea.", "Der Fluss fließt über die Straße.", "¿Qué piensas? ¡Es maravillosa!",
    "« Bonjour », répondit-il : « où êtes-vous ? »", "Ｆｕｌｌ ｗｉｄｔｈ　ＡＢＣ１２３！？", "ﬁ ﬂ ﬃ ﬆ ligatures, Ǆ ǆ Ⅷ ① ½ ² ℃ ㎏ ™ …",
    "e\u0301 e\u0300\u0323 a\u0308\u0304 n\u0303o", "é è ä ñ Å Å Å", "A\u030A\u0327 combining \u0301alone", "\u0301", "\u1112\u1161\u11ab\u1100\u1173\u11af 한글",
    "강은 도시 위의 언덕에서 시작한다", "河流发源于城市上方的山丘，缓缓流向大海。", "ファイルが存在しない場合ﾊﾝｶｸ ｶﾞｷﾞｸﾞ", "नदी शहर के ऊपर की", "แม่น้ำเริ่มต้นจากเนินเขา",
    "ينبع النهر من التلال", "می‌گیرد و می\u200cریزد", "\ufdfa \ufdfb \ufef5", "הנהר נובע בגבעות", "Ο ποταμός πηγάζει ΑΣ ας", "İstanbul ıĞ ŞiŞ",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇩🇪🇫🇷 ❤\ufe0f 1\ufe0f\u20e3", "😀😀😀😀 🎉", "nul\x00inside\x00", "\x01\x02\x7f control \x1b[0m", "tab\there\ttoo", "line\nbreak\r\nend\r",
    "soft\u00adhyphen\u00ad", "\ufeffBOM at start", "zero\u200bwidth\u200bspace \u2060word joiner", "a\u2028b\u2029c\u0085d", "\u200f\u200ertl marks\u202a\u202c",
    "▁", "▁▁a▁b▁", "a ▁ b", "x▁y z", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "....................!!!!!!!!????", "----------====", "abababababababababababab",
    "1234567890 3.14159 1,000,000.00 2021-03-14", "https://example.org/help?q=a%20b&x=1#top someone@example.org", "for (int i = 0; i < n; i++) { sum += values[i]; }",
    "<html> &amp; <0x41> <0xFF> [TAG] {x} %s", "C'est l'été, n'est-ce pas? it's isn't", "“quotes” ‘single’ „unten“ ‚x‘ «g»", "mixed Кириллица латиница Ελληνικά 漢字 العربية",
    "\U0001F9FF\U00020000\U0010FFFD rare planes", "\ufffd replacement \ufffe", "q̃ u̱ p̌ no composed form", "ΐ ΐ ὰ ᾳ",
    "Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "Árvíztűrő tükörfúrógép", "Dòng sông bắt nguồn từ những", "word " * 12, " ".join("abcdefghijklmnopqrstuvwxyz"),
]

MARKED = ["the <sep> sea", "<sep>", "a<sep><sep>b", "HELLO@@HELLO", " @@ ", "@@@", "@@@@@", "river@@sea<sep>", "<ctl> is typed", "</s> <s> <unk> <pad>"]
