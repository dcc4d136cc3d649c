"""The open study in German, whose words are longer than those of most languages."""

WORDS = {
    "Notebooks today": "Notebooks heute",
    "In 2015 people told us what got in the way of their work with notebooks. We want to know what has become of it"
    " since, and what gets in your way today.": "2015 haben uns Menschen erzählt, was sie bei der Arbeit mit Notebooks"
    " behindert. Wir möchten wissen, was seither daraus wurde und was Sie heute behindert.",
    "Your work with notebooks": "Ihre Arbeit mit Notebooks",
    "How often do you work with a notebook?": "Wie oft arbeiten Sie mit einem Notebook?",
    "Daily": "Täglich",
    "Weekly": "Wöchentlich",
    "Monthly": "Monatlich",
    "Less often": "Seltener",
    "Not any more": "Nicht mehr",
    "For how many years have you used notebooks?": "Seit wie vielen Jahren benutzen Sie Notebooks?",
    "What do you use them for?": "Wofür benutzen Sie sie?",
    "Exploring data": "Daten erkunden",
    "Teaching or learning": "Lehren oder lernen",
    "Writing reports": "Berichte schreiben",
    "Building models": "Modelle bauen",
    "Something else": "Etwas anderes",
    "In a word or two: what is your role?": "In ein, zwei Worten: Was ist Ihre Aufgabe?",
    "For example: teacher, astronomer, analyst.": "Zum Beispiel: Unterricht, Astronomie, Analyse.",
    "How easy is it to come back to a notebook after a month?": "Wie leicht ist es, nach einem Monat zu einem Notebook"
    " zurückzukehren?",
    "very hard": "sehr schwer",
    "very easy": "sehr leicht",
    "What gets in your way": "Was Sie behindert",
    "What gets in your way when you work with notebooks?": "Was behindert Sie, wenn Sie mit Notebooks arbeiten?",
    "Tell it as it happened, in your own words.": "Erzählen Sie es so, wie es war, in Ihren eigenen Worten.",
    "Where does it hurt most?": "Wo stört es am meisten?",
    "While writing": "Beim Schreiben",
    "While running": "Beim Ausführen",
    "While sharing": "Beim Teilen",
    "While reviewing others’ work": "Beim Durchsehen fremder Arbeit",
    "Nowhere in particular": "Nirgends besonders",
    "How easy is it to work on one notebook with others?": "Wie leicht ist es, mit anderen an einem Notebook zu arbeiten?",
    "What should never change about notebooks?": "Was sollte sich an Notebooks nie ändern?",
    "How likely are you to recommend notebooks to a colleague?": "Wie wahrscheinlich ist es, dass Sie Notebooks"
    " weiterempfehlen?",
    "not at all": "gar nicht",
    "very likely": "sehr wahrscheinlich",
}
