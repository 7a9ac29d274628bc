import Testing
import Text

@Suite struct CapitalsTests {
  @Test(arguments: [
    ("PLEASE CLOSE THE DOOR!", "Please close the door!"),
    ("WHERE AM I? I'M HERE, AND III IS THREE.", "Where am I? I'm here, and iii is three."),
    ("¿DÓNDE ESTÁ LA ESTACIÓN?", "¿Dónde está la estación?"),
    ("DIE STRAßE IST GESPERRT", "Die straße ist gesperrt"),
    ("EL 1º DE MAYO", "El 1º de mayo"),
    ("12:30 – ЗАКРЫТО", "12:30 – Закрыто"),
    ("WRITE TO {NAME} OR %D", "Write to {name} or %d"),
    ("ABCDE", "Abcde"),
    ("A\u{301}RBOL ALTO", "A\u{301}rbol alto"),
  ])
  func `text in capitals is lowered`(text: String, wanted: String) {
    #expect(Capitals.lowered(text[...]) == wanted)
    #expect(Capitals.raised(wanted) == text.uppercased())
  }

  @Test(arguments: [
    "", "NATO", "A1 B2", "Please Close", "PLEASE CLOSE tHE DOOR", "FILE %s NOT FOUND", "東京タワー", "123 456 789",
    "ا ب ت ث ج ح",
  ])
  func `other text is left alone`(text: String) {
    #expect(Capitals.lowered(text[...]) == nil)
  }

  @Test func `every scalar keeps its place`() {
    #expect(Capitals.lowered("ǅUNGLA ﬁLM"[...]) == nil)  // ﬁ is no capital
    let capitals = "İSTANBUL ΣΑΣ ÀÉÎ \u{1F600} 10"
    let lowered = Capitals.lowered(capitals[...])
    #expect(lowered?.unicodeScalars.count == capitals.unicodeScalars.count)
    #expect(lowered == "İstanbul σασ àéî \u{1F600} 10")
  }

  @Test func `places move where capitals are longer`() {
    let (text, offsets) = Capitals.raised("große ﬁsche", offsets: [0..<5, nil, 6..<7, 7..<11, 11..<11])
    #expect(text == "GROSSE FISCHE")
    #expect(offsets == [0..<6, nil, 7..<9, 9..<13, 13..<13])
    let (same, places) = Capitals.raised("", offsets: [nil, 0..<0])
    #expect(same == "" && places == [nil, 0..<0])
  }
}
