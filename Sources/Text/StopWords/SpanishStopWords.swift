extension StopWords {
  static let spanish =
    "el la los las lo un una unos unas al del de este esta esto estos estas ese esa eso esos esas aquel aquella aquello "
    + "aquellos aquellas mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras mío "
    + "tuyo suyo suya suyos suyas yo me mí tú te ti él ella ello usted nosotros nosotras vosotros ustedes ellos ellas "
    + "nos os le les se sí que qué quien quién quienes cual cuál cuales cuyo cuya cuyos cuyas donde dónde cuando cuándo "
    + "como cómo cuanto cuánto y e o u ni pero sino mas aunque porque pues si para por con sin sobre entre desde hasta "
    + "hacia contra según durante mediante ante bajo tras excepto salvo a en no nunca jamás siempre también tampoco ya "
    + "aún todavía muy más menos tan tanto tanta tantos tantas mucho mucha muchos muchas poco poca pocos pocas todo toda "
    + "todos todas otro otra otros otras mismo misma mismos mismas cada algún alguno alguna algunos algunas algo alguien "
    + "ningún ninguno ninguna nada nadie varios varias cualquier cualquiera ambos ambas tal tales así entonces luego "
    + "después antes ahora hoy ayer mañana aquí allí allá ahí además sin embargo mientras ser soy eres es somos sois son "
    + "era eras éramos eran fui fue fuimos fueron será serán sería serían sea sean sido siendo estar estoy está estamos "
    + "están estaba estaban estuvo estuvieron estado esté haber he has ha hemos han había habían hubo habrá habrán "
    + "habría haya hayan habido hay tener tiene tienen tenía tenían tuvo puede pueden podía podrá podría debe deben "
    + "debía debería hacer hace hacen hizo va van iba iban"
}
