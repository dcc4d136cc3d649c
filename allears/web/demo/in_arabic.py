"""The open study in Arabic, so that a newcomer sees at once how a page looks that runs from right to left."""

from __future__ import annotations

from allears.core.models import User
from allears.questionnaires.translatable import texts_of
from allears.studies.models import Study
from allears.studies.translating import offer, translate

LANGUAGE = "ar"
WORDS = {
    "Notebooks today": "الدفاتر التفاعلية اليوم",
    "In 2015 people told us what got in the way of their work with notebooks. We want to know what has become of it"
    " since, and what gets in your way today.": "في عام 2015 أخبرنا الناس بما كان يعيق عملهم بالدفاتر التفاعلية. نريد"
    " أن نعرف ما آل إليه ذلك منذ ذلك الحين، وما الذي يعيق عملكم اليوم.",
    "Your work with notebooks": "عملكم بالدفاتر",
    "How often do you work with a notebook?": "كم مرة تعملون بدفتر تفاعلي؟",
    "Daily": "يوميًا",
    "Weekly": "أسبوعيًا",
    "Monthly": "شهريًا",
    "Less often": "أقل من ذلك",
    "Not any more": "لم أعد أعمل به",
    "For how many years have you used notebooks?": "منذ كم سنة تستخدمون الدفاتر؟",
    "What do you use them for?": "فيمَ تستخدمونها؟",
    "Exploring data": "استكشاف البيانات",
    "Teaching or learning": "التعليم أو التعلّم",
    "Writing reports": "كتابة التقارير",
    "Building models": "بناء النماذج",
    "Something else": "شيء آخر",
    "In a word or two: what is your role?": "في كلمة أو كلمتين: ما دوركم؟",
    "For example: teacher, astronomer, analyst.": "مثلًا: معلّمة، عالم فلك، محلّلة بيانات.",
    "How easy is it to come back to a notebook after a month?": "ما مدى سهولة العودة إلى دفتر بعد شهر؟",
    "very hard": "صعب جدًا",
    "very easy": "سهل جدًا",
    "What gets in your way": "ما الذي يعيقكم",
    "What gets in your way when you work with notebooks?": "ما الذي يعيقكم حين تعملون بالدفاتر؟",
    "Tell it as it happened, in your own words.": "احكوا ما حدث كما حدث، بكلماتكم أنتم.",
    "Where does it hurt most?": "أين تكون المشكلة أشدّ؟",
    "While writing": "أثناء الكتابة",
    "While running": "أثناء التشغيل",
    "While sharing": "أثناء المشاركة",
    "While reviewing others’ work": "أثناء مراجعة عمل الآخرين",
    "Nowhere in particular": "ليس في موضع بعينه",
    "How easy is it to work on one notebook with others?": "ما مدى سهولة العمل مع آخرين على دفتر واحد؟",
    "What should never change about notebooks?": "ما الذي ينبغي ألا يتغيّر أبدًا في الدفاتر؟",
    "How likely are you to recommend notebooks to a colleague?": "ما مدى احتمال أن توصوا زميلًا باستخدام الدفاتر؟",
    "not at all": "مستبعد تمامًا",
    "very likely": "محتمل جدًا",
}


def add(study: Study, by: User) -> None:
    """Translate all that participants read of `study`, and offer it. Raises `KeyError` for a text that is not here."""
    texts = texts_of(study)
    said = {text.sign: WORDS[text.source] for text in texts}
    translate(study=study, language=LANGUAGE, texts=texts, said=said, by=by)
    offer(study=study, language=LANGUAGE, by=by)
