extension StopWords {
  /// Apostrophes part words: "l'eau" is "l" and "eau".
  static let french =
    "le la les l un une des du de d au aux à ce cet cette ces c ça cela ceci celui celle ceux celles mon ma mes ton ta "
    + "tes son sa ses notre nos votre vos leur leurs je j me m moi tu te t toi il elle on nous vous ils elles se s soi "
    + "lui eux y en qui que qu quoi dont où lequel laquelle lesquels lesquelles duquel auquel quel quelle quels quelles "
    + "et ou mais donc or ni car si comme quand lorsque lorsqu puisque puisqu parce quoique afin alors ainsi aussi "
    + "pourtant cependant toutefois néanmoins ensuite puis enfin dans sur sous avec sans pour par contre vers chez "
    + "entre parmi avant après depuis pendant durant dès jusque jusqu selon malgré sauf hors envers devant derrière "
    + "ne n pas plus moins très trop peu beaucoup assez autant tant tout toute tous toutes même mêmes autre autres "
    + "chaque chacun chacune quelque quelques plusieurs certain certaine certains certaines aucun aucune nul nulle rien "
    + "personne jamais toujours souvent parfois encore déjà bien ici là voici voilà oui non être suis es est sommes "
    + "êtes sont étais était étions étiez étaient été étant fus fut furent sera seront serait seraient soit soient "
    + "avoir ai as a avons avez ont avais avait avions aviez avaient eu eut aura auront aurait auraient ait aient ayant "
    + "faire fait font peut peuvent pouvait pourra pourrait doit doivent devait devrait va vont allait veut veulent "
    + "comment pourquoi combien selon lors"
}
