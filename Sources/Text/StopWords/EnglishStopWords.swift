extension StopWords {
  /// Apostrophes part words: "don't" is "don" and "t".
  static let english =
    "a an the this that these those i me my mine myself you your yours yourself yourselves he him his himself she her "
    + "hers herself it its itself we us our ours ourselves they them their theirs themselves one ones who whom whose "
    + "which what whatever whichever whoever where when while why how there here then than thus so as if unless until "
    + "till because since although though whether and or but nor yet both either neither not no none nothing nobody "
    + "any anyone anything some someone something somebody every everyone everything everybody each all many much "
    + "more most few fewer less least several such same other others another own only also too very just even still "
    + "already again once ever never always often sometimes rather quite almost perhaps maybe however therefore "
    + "moreover furthermore meanwhile nevertheless otherwise instead besides to of in into on onto at by for from with "
    + "without within about above across after against along among around before behind below beneath beside between "
    + "beyond despite down during except inside like near off out outside over past per through throughout toward "
    + "towards under underneath up upon via versus am is are was were be been being have has had having do does did "
    + "doing done will would shall should can could may might must ought let lets get gets got s t d m ll re ve don "
    + "doesn didn isn aren wasn weren hasn haven hadn won wouldn shouldn couldn can cannot ain"
}
