extension StopWords {
  static let italian =
    "il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli alle da dal dallo dalla "
    + "dai dagli dalle in nel nello nella nei negli nelle con su sul sullo sulla sui sugli sulle per tra fra e ed o od ma "
    + "però né se che chi cui quale quali quando dove come perché poiché mentre anche ancora già non più meno molto poco "
    + "troppo tutto tutta tutti tutte altro altra altri altre stesso stessa questo questa questi queste quello quella "
    + "quelli quelle io mi me tu ti te lui lei si sé noi ci ne voi vi loro mio mia miei mie tuo tua suo sua suoi sue "
    + "nostro nostra vostro vostra ogni alcuni alcune nessuno niente qualche così poi dopo prima ora qui là sempre mai "
    + "sono sei è siamo siete era erano fu furono sarà saranno sia essere stato stata stati ho hai ha abbiamo avete "
    + "hanno aveva avevano ebbe avrà avere avuto può possono deve devono"

  static let portuguese =
    "o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos pelas para com sem "
    + "sobre sob entre até desde contra após ante e ou mas nem se que quem qual quais cujo cuja quando onde como porque "
    + "pois embora enquanto também já ainda não sim mais menos muito muita muitos muitas pouco pouca todo toda todos "
    + "todas outro outra outros outras mesmo mesma este esta isto estes estas esse essa isso esses essas aquele aquela "
    + "aquilo aqueles aquelas eu me mim tu te ti ele ela você nós vocês eles elas lhe lhes meu minha meus minhas teu tua "
    + "seu sua seus suas nosso nossa cada algum alguma alguns algumas nenhum nenhuma nada ninguém algo alguém assim "
    + "então depois antes agora aqui ali sempre nunca sou és é somos são era eram foi foram será serão seja ser sido "
    + "estou está estão estava estavam estar tenho tem têm tinha tinham teve ter há havia pode podem deve devem vai vão"

  static let dutch =
    "de het een der des den die dat deze dit wie wat welke welk waar wanneer hoe waarom ik mij me mijn jij je jou jouw u "
    + "uw hij hem zijn zij ze haar wij we ons onze jullie hun hen zich men er en of maar want dus als dan toen omdat "
    + "hoewel terwijl zodat indien tot totdat sinds aan achter bij binnen boven buiten door in langs met na naar naast "
    + "om onder op over per rond sinds te ten ter tegen tijdens tussen uit van vanaf via volgens voor zonder niet geen "
    + "niets niemand iets iemand alle alles allen elk elke ieder iedere veel weinig meer meest minder zo zeer heel ook "
    + "nog al reeds weer nooit altijd soms vaak hier daar nu daarna echter bovendien ben bent is was waren geweest wees "
    + "heb hebt heeft hebben had hadden gehad word wordt worden werd werden geworden zal zullen zou zouden kan kunnen "
    + "kon konden moet moeten moest moesten mag mogen wil willen wilde"
}
