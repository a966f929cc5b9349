"""What in a quotation may name somebody, in English and Spanish.

The expected flags are what somebody who reads the text would take for a name, a number
or an address; the texts are made up.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import equitable as eq
from equitable.errors import QuestionError
from equitable.privacy.free_text import Flag, flag, with_suggestions


def found(text: str, **known) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in flag(text, **known)]


NAMES = [
    ("My son Marcus was suspended.", ["Marcus"]),
    ("We told our daughter, Lupita, to wait.", ["Lupita"]),
    ("Ms. López told Deja that O'Neil left.", ["Ms. López", "Deja", "O'Neil"]),
    ("I told mrs lopez and she laughed", ["mrs lopez"]),
    ("Principal Johnson and Coach Mike care.", ["Principal Johnson", "Coach Mike"]),
    ("Miss Kim and Mrs. White listen.", ["Miss Kim", "Mrs. White"]),
    ("A girl named Ana was alone.", ["Ana"]),
    ("my name is marcus and i am in fifth grade", ["marcus"]),
    ("They call him “Tre” at home.", ["Tre"]),
    ("J. R. sat alone. Then J. Smith came.", ["J. R.", "J. Smith"]),
    ("We like Marcus B. very much.", ["Marcus B."]),
    ("Jayden's mom was not told.", ["Jayden"]),
    ("Deja said nothing. Nguyễn asked why.", ["Deja", "Nguyễn"]),
    ("Kayla is the only deaf girl here.", ["Kayla"]),
    ("Kayla, who just moved here, is alone.", ["Kayla"]),
    ("It was Kayla. Kayla again.", ["Kayla", "Kayla"]),
    (
        "Jasmine works hard. When Mrs. Brown saw it, she smiled.",
        ["Jasmine", "Mrs. Brown"],
    ),
    ("Marcus and Deja were late.", ["Marcus", "Deja"]),
    ("Marcus, Deja and Ty were late.", ["Marcus", "Deja", "Ty"]),
    ("The teacher, Ana-María de la Cruz, left.", ["Ana-María de la Cruz"]),
    ("Ruth Ann Taylor-Smith runs the club.", ["Ruth Ann Taylor-Smith"]),
    ("MY SON DEJA SAID NO AND NOBODY CAME", ["DEJA"]),
    ("My friend Will says you will come.", ["Will"]),
    ("Thank you!\nMarcus", ["Marcus"]),
    ("“They never listen.” — Maria, seventh grade", ["Maria"]),
    ("My son Tyrone came. Later tyrone left.", ["Tyrone", "tyrone"]),
    # Spanish
    ("La señora López habló con mi hijo Juan.", ["López", "Juan"]),
    ("Señora López dijo que sí.", ["Señora López"]),
    ("Me llamo Luis y mi hermana se llama Ana.", ["Luis", "Ana"]),
    ("mi nombre es lucía", ["lucía"]),
    ("La maestra Pérez nos ayuda.", ["Pérez"]),
    ("El alumno Diego Hernández faltó.", ["Diego Hernández"]),
    ("Sofía y Mateo no tienen computadora.", ["Sofía", "Mateo"]),
    ("Doña Carmen está cansada.", ["Doña Carmen"]),
]

OTHERS = [
    (
        "Write to maria.g+x@oak-park.example.org.",
        "e-mail",
        "maria.g+x@oak-park.example.org",
    ),
    ("it is maria at gmail dot com", "e-mail", "maria at gmail dot com"),
    ("find me @maria_g or not", "web address or handle", "@maria_g"),
    ("my insta is maria_g12.", "web address or handle", "maria_g12"),
    (
        "see https://example.org/maria.",
        "web address or handle",
        "https://example.org/maria",
    ),
    (
        "see www.example.org/maria, please",
        "web address or handle",
        "www.example.org/maria",
    ),
    ("call +1 (555) 010-0199", "phone", "+1 (555) 010-0199"),
    ("call 555.010.0199 now", "phone", "555.010.0199"),
    ("it is 555-0199, ask", "phone", "555-0199"),
    ("text me: 5550100199", "phone", "5550100199"),
    ("llámeme al 52 55 1234 5678", "phone", "52 55 1234 5678"),
    ("llama al 612 34 56 78 mañana", "phone", "612 34 56 78"),
    ("born in 2012", "date of birth", "2012"),
    ("on 3/4/2012 we moved", "date of birth", "3/4/2012"),
    ("on 2012-03-04 we moved", "date of birth", "2012-03-04"),
    ("on March 4th, 2012, we moved", "date of birth", "March 4th, 2012"),
    ("on 4 March 2012 we moved", "date of birth", "4 March 2012"),
    ("el 4 de marzo de 2012", "date of birth", "4 de marzo de 2012"),
    ("nació el 4 de marzo.", "date of birth", "4 de marzo"),
    ("her birthday is July 14", "date of birth", "July 14"),
    ("dob 7/14", "date of birth", "7/14"),
    ("we live at 123 Oak Street, Apt 4.", "address", "123 Oak Street, Apt 4"),
    (
        "at 9 N. Elm Ave., Springfield, IL 62701",
        "address",
        "9 N. Elm Ave., Springfield, IL 62701",
    ),
    ("it is 4521 n. maple ave", "address", "4521 n. maple ave"),
    ("write to PO Box 123", "address", "PO Box 123"),
    ("vivo en la Calle Roble 123", "address", "Calle Roble 123"),
    ("vive en la calle 5 No. 12", "address", "calle 5 No. 12"),
    ("our zip code is 62701", "address", "62701"),
    ("her student number is 482913", "student number", "482913"),
    ("ID: 4829", "student number", "4829"),
    ("su matrícula 2048291", "student number", "2048291"),
    ("lasid 100234", "student number", "100234"),
    ("it says 10023456 there", "student number", "10023456"),
    ("it is 123-45-6789", "social security number", "123-45-6789"),
    ("her SSN ends in 6789", "social security number", "6789"),
]

ORDINARY = [
    "I feel like teachers don't listen to Black girls at this school.",
    "As an English learner, I was placed in ESL for 5 years.",
    "In March, on a Monday, the Title I meeting was in Spanish.",
    "Sometimes I don't have internet, so I can't do my Chromebook work.",
    "Reading is fun. Math was hard. Transportation is late. Homework helps.",
    "Dress codes are unfair. Boys get away with everything. Security treats us badly.",
    "Honestly? Nothing. That's all. It's hard. We're tired. Don't give up on us!",
    "We have 1,200 students in 2023. In 2019-20, 45 of 120 were suspended: 37.5%.",
    "It serves grades 9/10/11 and 9/10/11 graders; scores were 85 90 78 92.",
    "Buses cost $250000 a year, and 125000 people live here, 12 miles away.",
    "My IEP was not followed. U.S. History and AP Biology are full.",
    "I love Lincoln Elementary School. Rosa Parks Day is in May.",
    'Teachers say "Just try harder" and move on.',
    "The African American Student Union was a big help.",
    "Black and Brown kids get written up for the same thing.",
    "They called the office. My son is tired. The teacher was kind.",
    "NOTHING EVER CHANGES HERE. I HATE IT.",
    "Los maestros no hablan español. Queremos más intérpretes en las reuniones.",
    "Nos gustaría que hubiera clases de inglés para padres. Ojalá. Gracias por todo.",
    "Mi hija necesita ayuda con matemáticas. En la calle hay 20 niños.",
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_names_are_flagged(text: str, names: list[str]):
    assert found(text) == [("name", name) for name in names]


@pytest.mark.parametrize(("text", "kind", "what"), OTHERS)
def test_what_else_names_somebody_is_flagged(text: str, kind: str, what: str):
    assert found(text) == [(kind, what)]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_have_no_flag(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("My son Marcus left.", "[a student]"),
        ("Ms. López left.", "[a teacher]"),
        ("Our teacher Ana left.", "[a teacher]"),
        ("my mother Rosa left.", "[a family member]"),
        ("write to a@example.org", "[e-mail]"),
        ("call 555.010.0199", "[phone]"),
        ("born in 2012", "[date]"),
        ("at 123 Oak Street", "[address]"),
        ("id 482913", "[number]"),
        ("it is 123-45-6789", "[number]"),
        ("find @maria_g", "[user name]"),
    ],
)
def test_a_suggestion_fits_what_was_found(text: str, suggestion: str):
    assert [one.suggestion for one in flag(text)] == [suggestion]


def test_the_same_surname_is_the_teachers_again():
    flags = flag("Ms. López is strict. Later López smiled.")
    assert [(one.text, one.suggestion) for one in flags] == [
        ("Ms. López", "[a teacher]"),
        ("López", "[a teacher]"),
    ]


def test_a_flag_shows_itself_in_words():
    (one,) = flag("My son Marcus left.")
    words = 'name: "Marcus" → "[a student]" because it follows "My son"'
    assert str(one) == words
    assert repr((one,)) == f"({words},)"


# ------------------------------------------------------------------ what a school knows

KNOWN = ["García López, José", "Ana-María O'Neil", "Bo Li", "Van der Berg, Kai"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("then jose came", ["jose"]),
        ("then JOSÉ GARCIA LÓPEZ came", ["JOSÉ GARCIA LÓPEZ"]),
        ("then garcia lopez, jose came", ["garcia lopez, jose"]),
        ("ana and oneil and o’neil", ["ana", "oneil", "o’neil"]),
        ("anabel and joseph and lopezes", []),
        ("bo went to li", []),  # of two letters: only together
        ("and bo li went", ["bo li"]),
        ("the van of kai", ["kai"]),  # 'van' and 'der' are in many names
    ],
)
def test_listed_names_are_found_whatever_their_letters(text: str, names: list[str]):
    assert found(text, names=KNOWN) == [("name", name) for name in names]


def test_listed_names_in_other_scripts():
    names = ["王小明", "Мария Иванова", "محمد علي", "김민준", "रिया शर्मा"]
    assert found("昨天小明说", names=names) == [("name", "小明")]
    assert found("а мария сказала", names=names) == [("name", "мария")]
    assert found("قال محمد لا", names=names) == [("name", "محمد")]
    assert found("어제 김민준이 말했다", names=names) == [("name", "김민준")]
    assert found("कल रिया ने", names=names) == [("name", "रिया")]


def test_a_listed_name_that_is_a_word_says_so():
    (one,) = flag("i hope so", names=["Hope"])
    assert one.reason == "it is on the list of names, and may be an ordinary word here"


def test_listed_numbers_are_found_however_short():
    known = {"numbers": ["0077", 4821, 123.0, float("nan"), None, "A-17"]}
    text = "the 77th has 0077, 4821, 123, a-17 and 4822"
    assert [one.text for one in flag(text, **known)] == ["0077", "4821", "123", "a-17"]


def test_one_name_may_stand_by_itself_and_empty_ones_are_left_out():
    assert found("so marcus left", names="Marcus") == [("name", "marcus")]
    assert found("so we left", names=["", " ", None, float("nan"), "-"]) == []


# --------------------------------------------------------- as people write, and overlaps


def test_accents_written_apart_and_wide_digits_are_seen():
    apart = unicodedata.normalize(
        "NFD", "Ms. Nguyễn said so; call ５５５-０１０-０１９９."
    )
    flags = flag(apart)
    assert [one.kind for one in flags] == ["name", "phone"]
    for one in flags:
        assert apart[one.start : one.end] == one.text
    assert unicodedata.normalize("NFC", flags[0].text) == "Ms. Nguyễn"


def test_marks_that_nobody_sees_hide_nothing():
    assert [one.kind for one in flag("maria\u200b@exam\u00adple.org")] == ["e-mail"]


def test_what_overlaps_is_one_flag():
    text = "maria.lopez@example.org"
    assert found(text, names=["Maria Lopez"]) == [("e-mail", text)]
    assert found("at 12 Maria Street", names=["Maria"]) == [
        ("address", "12 Maria Street")
    ]
    assert found("Ms. Ana Ruiz left", names=["Ana Ruiz"]) == [("name", "Ms. Ana Ruiz")]
    (one,) = flag("Ms. Ana Ruiz left", names=["Ana Ruiz"])
    assert one.suggestion == "[a teacher]"


# -------------------------------------------------------------------- a person decides

TEXT = "My son Marcus (born in 2012) told Ms. López: call 555.010.0199."


def test_only_what_was_accepted_is_replaced():
    flags = flag(TEXT)
    assert with_suggestions(TEXT, flags) == TEXT
    one = with_suggestions(TEXT, flags, accept=[flags[3]])
    assert one == TEXT.replace("555.010.0199", "[phone]")
    assert with_suggestions(TEXT, flags, accept=flags) == (
        "My son [a student] (born in [date]) told [a teacher]: call [phone]."
    )


def test_flags_of_another_text_are_refused():
    flags = flag(TEXT)
    with pytest.raises(QuestionError, match="of another text"):
        with_suggestions("Something else.", flags)
    with pytest.raises(QuestionError, match="not among the flags") as caught:
        with_suggestions(TEXT, flags[:1], accept=flags[1:])
    assert "Marcus" not in str(caught.value)
    with pytest.raises(QuestionError, match="must be flags"):
        with_suggestions(TEXT, flags, accept=["Marcus"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "wrong", [{"text": None}, {"text": ["a"]}, {"names": [3]}, {"numbers": [2.5]}]
)
def test_what_is_no_text_is_refused_in_words(wrong):
    with pytest.raises(QuestionError, match="is no text"):
        flag(**{"text": "so", **wrong})


def test_it_is_on_the_librarys_face():
    flags = eq.flag_text("My son Marcus left.")
    assert isinstance(flags[0], eq.Flag)
    text = eq.with_suggestions("My son Marcus left.", flags, accept=flags)
    assert text == "My son [a student] left."
    assert {"Flag", "flag_text", "with_suggestions"} <= set(dir(eq))


# ---------------------------------------------------------------------------- properties

PIECES = st.sampled_from(
    [
        "Marcus", "Ms.", "López", "said", "my son", ",", ".", "!", "555-010-0199",
        "12/3/2012", "@ana", "a@b.org", "ID", "123456", "Calle 5 No. 12", "Oak Street",
        "’s", "é", "\u0301", "\n", "“", "”", "J. R.", "named", "de la", "王", "ﬁ", "ß",
        "İ", "1",
    ]
)  # fmt: skip
ANYTHING = st.one_of(st.text(max_size=60), st.lists(PIECES).map(" ".join))


@given(ANYTHING, st.lists(st.text(max_size=8), max_size=3))
@example("İİ 王", ["王"])
@example("ﬁ Marcus", ["ﬁ"])
def test_flags_are_of_the_text_in_order_and_apart(text: str, names: list[str]):
    flags = flag(text, names=names)
    end = 0
    for one in flags:
        assert end <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        assert one.text.strip() == one.text != ""
        end = one.end
    assert with_suggestions(text, flags) == text


ANNOUNCES = {  # a name may follow these also in lower case, or they are of an address
    "named", "name", "names", "nombre", "llama", "llamo", "llamas", "ms", "mr", "mrs",
    "mx", "sr", "sra", "srta", "www", "http", "https", "at", "arroba",
}  # fmt: skip
SMALL = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzáéíóúñ'", min_size=1, max_size=9).filter(
        lambda word: not ANNOUNCES & set(word.replace("'", " ").split())
    )
)


@given(SMALL, st.sampled_from([" ", ", ", ". ", "; ", "! ", "\n", " - ", " (", '" ']))
def test_small_letters_without_digits_and_signs_have_no_flag(words, between):
    assert flag(between.join(words)) == ()


@given(st.text("abcdefgh ,.ABCé", max_size=40))
def test_a_listed_name_is_found_in_any_text(text: str):
    flags = flag(f"{text} zoraida {text}", names=["Zoraida"])
    assert any("zoraida" in one.text.casefold() for one in flags)


NASTY = [
    "a", "A", "1", "1 ", "@", "a@", "a.", "A. ", "Ms. ", "call ", "Aa ", "123 Oak ", "-",
    "a-", "(", "id ", "ig ", "calle a ", "born ", "555-", "+1 ", "www.", " ", "\n", "é",
    "\u0301", "1/", "Mr Mr ", "x at ", "A'", "Ana de la ", "Aa\n", "Aa said ", "ssn  ",
]  # fmt: skip


@pytest.mark.parametrize("piece", NASTY)
def test_a_long_text_made_to_be_slow_is_read(piece: str):
    text = (piece * 100_000)[:100_000]
    flags = flag(text, names=["ana maria", "a b c"], numbers=["1"])
    assert all(isinstance(one, Flag) for one in flags)
