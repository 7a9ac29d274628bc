import Testing

/// A text and the sentences it consists of, written with ‖ between them.
struct SentenceCase: Sendable, CustomTestStringConvertible {
  let language: String
  let sentences: [String]

  var text: String { sentences.joined(separator: " ") }
  var testDescription: String { "\(language): \(text)" }

  init(_ language: String, _ marked: String) {
    self.language = language
    sentences = marked.split(separator: " ‖ ").map(String.init)
  }

  static let english = [
    "The door opened. ‖ Nobody came in.", "Who was that? ‖ I have no idea! ‖ Let us ask.", "Really?! ‖ Yes.",
    "Mr. Smith met Dr. Jones and Mrs. Brown in St. Louis.", "My name is Jonas E. Smith. ‖ Please turn to p. 55.",
    "Were Jane and co. at the party?", "They closed the deal with Pitt, Briggs & Co. at noon.",
    "They closed the deal with Pitt, Briggs & Co. ‖ It closed yesterday.", "I can see Mt. Fuji from here.",
    "The store is on the Main St. of the town.", "That is JFK Jr.'s book.", "I live in the U.S. ‖ How about you?",
    "I work for the U.S. Government in Virginia.", "I have lived in the U.S. for 20 years.",
    "At 5 a.m. Mr. Smith went to the bank. ‖ He left the bank at 6 p.m. ‖ Then he went to the store.",
    "She has $100.00 in her bag. ‖ It is hers.", "Pi is 3.14 and e is 2.72. ‖ Both are numbers.",
    "He teaches science (He worked for 5 years as an engineer.) at the local university.",
    "Her e-mail is Jane.Doe@example.com. ‖ I sent her one.",
    "The site is https://www.example.com/a.b?c=d.e. ‖ It is good.",
    "She turned to him, 'This is great.' she said.", "She turned to him, \"This is great.\" ‖ She held the book out.",
    "“Where are you?” he asked.", "“I am here.” ‖ “Good.”", "Hello!! ‖ Long time no see.", "Hello?? ‖ Who is there?",
    "1. First item of the list", "1.) The first item", "a. One more item", "2.1. Scope of the text",
    "See fig. 3 and No. 5 of vol. 12. ‖ Then go on.", "The answer is no. ‖ Ask again.", "No. ‖ I will not go.",
    "Version v1.2.3 of main.swift is out. ‖ Get it now.", "He saw e.g. Paris, i.e. the capital.", "Well... I think so.",
    "I never meant that.... ‖ She left the store.", "One habit which was weakened . . . was that of thinking.",
    "Wait… ‖ What?", "Yahoo! is a company.", "Cats, dogs, etc. are pets.",
    "We sell pens, paper, etc. ‖ The shop is open.",
    "It was due on Jan. 5 and came on Feb. 7.", "He was born in 1990. ‖ The war was over.", "So did J. R. R. Tolkien.",
    "Vitamin C is good. ‖ Plan B. ‖ Then we go.", "The end.[3] ‖ A new start.",
    "It ended (see p. 3. There is more). ‖ Next.",
    "He left at 5. ‖ 20 people stayed.", "“Stop!” ‖ “Why?” ‖ — “Because.”", "The iPhone is new. iPads are not.",
    "She works at Acme Inc. in Paris.", "This is it. ‖ (It really is.) ‖ Done.",
  ].map { SentenceCase("en", $0) }

  static let german = [
    "Am 3. Mai kam er an. ‖ Es regnete.", "Im 21. Jahrhundert ist das anders.",
    "Das kostet 1.000,50 Euro. ‖ Das ist viel.",
    "Er mag Obst, z. B. Äpfel, und Gemüse.", "Er mag Obst, z.B. Äpfel, d.h. alles.",
    "Siehe S. 12, Abs. 3 und Nr. 5 bzw. Nr. 6.",
    "Dr. Müller und Prof. Dr. Schmidt kamen. ‖ Sie blieben.", "Äpfel, Birnen usw. sind Obst.",
    "Äpfel, Birnen usw. ‖ Das ist Obst.",
    "„Komm her!“ ‖ Er kam.", "„Wo bist du?“, fragte er. ‖ „Hier.“", "Er wurde 1990 geboren. ‖ Danach zog er um.",
    "Ludwig XIV. war König. ‖ Er lebte lange.", "Am 24. Dez. 2020 war Schnee.", "Das ist so! ‖ Oder nicht?",
    "Er wohnt in der Hauptstr. 5 in Bonn.",
    "Dipl.-Ing. Meier baut. ‖ Wer hilft?", "»Komm!« ‖ Er kam.", "Die Fa. Meier, gegr. 1900, u. a. bekannt für Uhren.",
    "Er wurde 3. ‖ Dann ging er.",
  ].map { SentenceCase("de", $0) }

  static let spanish = [
    "¿Qué hora es? ‖ Son las tres.", "¡Hola! ‖ ¿Cómo estás?", "El Sr. Pérez y la Sra. López llegaron. ‖ Era tarde.",
    "Hay frutas, p. ej. manzanas, etc. en la mesa.", "Vive en EE. UU. desde 1990.", "Nació en el 300 a. C. en Roma.",
    "Vea la pág. 12 del cap. 3. ‖ Es corto.", "Son las 5 p. m. y llueve.", "«No lo sé.» ‖ Se fue.",
    "Ud. dirá. ‖ Yo espero.",
    "El precio es 1.000,50 euros. ‖ Es mucho.", "—¿Vienes? ‖ —Sí.",
  ].map { SentenceCase("es", $0) }

  static let french = [
    "M. Dupont et Mme Durand sont là. ‖ Ils attendent.", "Quoi ? ‖ Rien !", "« Bonjour ! » ‖ Il sourit.",
    "« Ça va ? » demanda-t-il.",
    "« Ça va\u{202F}? » ‖ Oui.", "Il aime les fruits, p. ex. les pommes, etc. et le pain.",
    "Voir p. 12 et n° 5. ‖ C'est court.",
    "Il est né en 50 av. J.-C. à Rome.", "Le prix est de 1 000,50 euros. ‖ C'est cher.",
    "Mlle Petit arrive. ‖ Elle est en retard…",
    "Au XIXe siècle. ‖ Puis au XXe.", "Mgr. Martin parle.",
  ].map { SentenceCase("fr", $0) }

  static let others = [
    SentenceCase("hi", "यह एक वाक्य है। ‖ यह दूसरा है॥ ‖ क्या?"), SentenceCase("ar", "كيف حالك؟ ‖ أنا بخير."),
    SentenceCase("ur", "یہ جملہ ہے۔ ‖ یہ دوسرا ہے۔"), SentenceCase("hy", "Սա նախադասություն է։ ‖ Սա երկրորդն է։"),
    SentenceCase("am", "ይህ ዓረፍተ ነገር ነው። ‖ ሌላ ነው።"), SentenceCase("el", "Πού είσαι; ‖ Εδώ είμαι."),
    SentenceCase("my", "ဒါက စာကြောင်း။ ‖ ဒုတိယ။"),
    SentenceCase("ru", "Река течёт. ‖ Она длинная!"), SentenceCase("pl", "To był 3. Maja dzień."),
    SentenceCase("ko", "안녕하세요. ‖ 반갑습니다."),
    SentenceCase("xx", "Mr. Smith left. ‖ He ran."),
  ]

  static let all = english + german + spanish + french + others
}
