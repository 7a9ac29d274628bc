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

# What byte-level words, clusters of characters and whitespace at all places can get wrong.
EDGES = [
    "I'll say it's what they've got; I'm sure we're not, he'd say don't", "I'LL SAY IT'S WHAT THEY'VE 'RE 'S 'T 'M 'D", "'", "''", "'s", " 's", "'ll'll", "x'l", "x'r", "x'v", "'\u017f",
    "rock 'n' roll '90s ''quoted'' don\u2019t", "12345 67.89 \u0661\u0662\u0663 \u00bd\u2163\u2460 x2y 3x \u00b2\u00b3", "a\u00a0b \u00a0c\u00a0 d", "\u00a0\u00a0x", "a  \u00a0 b", "\r\n\r\n", "a\r\nb", "a\r\n\r\nb\r", " \n a", "\n\n\na",
    "a\n", "a \n", "a  ", "\ta", "\t\ta", "a\t b", "a \t", "\x0b\x0c\x1c\x1d\x1e\x1fx", "\x85x\x85", "\u1680x\u2003 y\u202f\u205fz\u3000", "\u180e\u200b\u2060\ufeffx", "nul\x00", "\x00", " \x00 ",
    "e\u0301", "\u0301e", " \u0301", "x \u0301y", "\u00bd\u0301", "\uff21\u030a\u0327", "A\u030a\u0327B", "\uff76\uff9e\uff77\uff9e", "\u1100\u1161\u11a8", "\u0915\u094d\u0937\u093f", "\u0e01\u0e33", "\u0600a \u06dd1", "\ufb01\u0301x",
    "\U0001f468\u200d\U0001f469\u200d\U0001f466 \U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "\U0001d400\U0001d7d9\U00010400", "\u20ac100 \u00a35 $3.50 50% #tag @me a_b __c__",
    "{a} ~b~ <c> \\d \\n `e` |f|", "a" * 700, " " * 300, "\u2581" * 40, "\u2581 " * 20, "ab" * 500 + "!" * 300, "\u6f22" * 200, "\u0301" * 100, "1" * 300 + "x" * 300, "\n" * 100, " a" * 100,
]

# Special tokens that a user types are characters.
TYPED = ["</s>", "a </s> b", "<s>hello</s>", "<pad><unk><mask>", "Hello <extra_id_0>.", "<extra_id_99><extra_id_0>x", " <mask> ", "\uff1c/s\uff1e \uff1cpad\uff1e", "<</s>>", "</s", "\u2581</s>", "x<unk>y"]
