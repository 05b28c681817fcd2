//! People who do not exist: names of many cultures and scripts, and names that are also words of radiology.

use crate::rng::Rng;
use crate::text::Charset;

/// Everything that identifies a planted patient.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) family: String,
    pub(super) given: String,
    /// The same in another script, as PN component groups have it.
    pub(super) native: Option<String>,
    pub(super) id: String,
    /// DA.
    pub(super) birth_date: String,
    pub(super) phone: String,
    pub(super) mail: String,
    pub(super) street: String,
    pub(super) town: String,
    pub(super) accession: String,
    pub(super) institution: String,
    pub(super) referrer: Name,
    pub(super) reader: Name,
}

/// Somebody else's name.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) family: String,
    pub(super) given: String,
}

/// Family names that a list of harmless words may hold.
const WORDS: &[&str] = &[
    "Hand", "Foot", "Genou", "Long", "Brown", "Head", "Bone", "Neck", "Young", "Short", "White", "Black",
    "Gray", "Cross", "Stone", "Wall", "Temple", "Palm", "Kopf", "Herz", "Lung", "Coude", "Pied", "Axel",
    "Field", "Small", "Broad", "Sharp", "Tongue", "Chin", "Back", "Rippe", "Brust", "Mano", "Cabeza",
];

/// Family and given names that are no words of radiology.
const LATIN: &[(&str, &str)] = &[
    ("Smith", "Shelly"),
    ("Wallace", "Oliver"),
    ("Okonkwo", "Chidinma"),
    ("Nguyen", "Thi Minh"),
    ("Garcia", "Maria Luisa"),
    ("Rodrigues", "Joaquim"),
    ("Kowalski", "Agnieszka"),
    ("Novak", "Jaroslav"),
    ("OBrien", "Siobhan"),
    ("Hernandez-Ruiz", "Guadalupe"),
    ("Papadopoulos", "Eleni"),
    ("Yilmaz", "Emre"),
    ("Haddad", "Layla"),
    ("Cohen", "Rivka"),
    ("Andersson", "Bjarne"),
    ("Virtanen", "Aino"),
    ("Schneider", "Hildegard"),
    ("Rossi", "Gianluca"),
    ("Dubois", "Clothilde"),
    ("Singh", "Gurpreet"),
    ("Patel", "Priyanka"),
    ("Tanaka", "Haruka"),
    ("Suzuki", "Kenjiro"),
    ("Wanjiru", "Nyambura"),
    ("Mbeki", "Thandiwe"),
    ("Silva", "Thiago"),
    ("Petrov", "Dimitri"),
    ("Szabo", "Zsofia"),
    ("Jansen", "Wouter"),
    ("MacGregor", "Fergus"),
    ("Ibragimova", "Gulnara"),
    ("Sukarno", "Dewi"),
];

/// Romanised family and given name, and both in the script.
type Scripted = (&'static str, &'static str, &'static str, &'static str);

const LATIN_1: &[Scripted] = &[
    ("Müller", "Jürgen", "", ""),
    ("Lefèvre", "Hélène", "", ""),
    ("Nuñez", "Íñigo", "", ""),
    ("Sørensen", "Åse", "", ""),
    ("Gonçalves", "João", "", ""),
    ("Weiß", "Käthe", "", ""),
];
const CYRILLIC: &[Scripted] = &[
    ("Ivanova", "Lyudmila", "Иванова", "Людмила"),
    ("Shevchenko", "Taras", "Шевченко", "Тарас"),
    ("Dragomirov", "Boyan", "Драгомиров", "Боян"),
    ("Zhukovskaya", "Ekaterina", "Жуковская", "Екатерина"),
];
const GREEK: &[Scripted] = &[
    ("Vlachopoulos", "Stavros", "Βλαχοπουλος", "Σταυρος"),
    ("Karagianni", "Despina", "Καραγιαννη", "Δεσποινα"),
    ("Theodorakis", "Manolis", "Θεοδωρακης", "Μανωλης"),
];
const ARABIC_AND_OTHERS: &[Scripted] = &[
    ("Alhashimi", "Zaynab", "الهاشمي", "زينب"),
    ("Mansour", "Yousef", "منصور", "يوسف"),
    ("Rosenfeld", "Avigail", "רוזנפלד", "אביגיל"),
    ("Ben-Shahar", "Itamar", "בן שחר", "איתמר"),
    ("Chakraborty", "Sharmila", "চক্রবর্তী", "শর্মিলা"),
    ("Srisuk", "Kamonwan", "ศรีสุข", "กมลวรรณ"),
    ("Trần", "Thị Hồng", "", ""),
    ("Łukaszewicz", "Zdzisław", "", ""),
    ("Çelik", "Gülşen", "", ""),
];
const CHINESE: &[Scripted] = &[
    ("Zhuge", "Mingyue", "诸葛", "明月"),
    ("Ouyang", "Xiaodong", "欧阳", "小东"),
    ("Zhao", "Guifang", "赵", "桂芳"),
];
const JAPANESE: &[Scripted] = &[
    ("Yamada", "Tarou", "山田", "太郎"),
    ("Watanabe", "Sakurako", "渡辺", "桜子"),
    ("Kobayashi", "Noriyuki", "小林", "則之"),
];
const KOREAN: &[Scripted] = &[
    ("Hong", "Gildong", "홍", "길동"),
    ("Namgung", "Minseo", "남궁", "민서"),
    ("Hwangbo", "Seoyeon", "황보", "서연"),
];

const STREETS: &[&str] = &[
    "Elmwood Lane",
    "Rosenheimer Allee",
    "Rue Vercingetorix",
    "Calle Montesinos",
    "Kaivokatu",
    "Bleekstraat",
    "Larkspur Crescent",
    "Via Garibaldi",
];
const TOWNS: &[&str] = &[
    "Springvale",
    "Oberammerdorf",
    "Villefranche",
    "Torrelodones",
    "Hameenlinna",
    "Zaltbommel",
    "Ballymoney",
    "Castelfranco",
];
const INSTITUTIONS: &[&str] = &[
    "Hedwigshoehe Klinikum",
    "Mercywood Hospital",
    "Hopital Saint-Exuperance",
    "Policlinico Umbertino",
    "Kobokan Byoin",
    "Larnachton Infirmary",
    "Quirinus Medical Center",
    "Tulsequah Memorial",
];

impl Person {
    /// The person that a seed and a label give; one in three is named like a word of radiology.
    pub(super) fn new(seed: u64, label: &str, charset: Charset) -> Person {
        let mut rng = Rng::new(seed, &format!("person {label}"));
        let scripted = match charset {
            Charset::Ascii => &[][..],
            Charset::Latin1 => LATIN_1,
            Charset::Cyrillic => CYRILLIC,
            Charset::Greek => GREEK,
            Charset::Utf8 => ARABIC_AND_OTHERS,
            Charset::Gb18030 => CHINESE,
            Charset::Japanese => JAPANESE,
            Charset::Korean => KOREAN,
        };
        let (mut family, mut given, mut native) = (String::new(), String::new(), None);
        if !scripted.is_empty() && rng.below(3) > 0 {
            let (a, b, c, d) = *rng.pick(scripted);
            (family, given) = (a.to_owned(), b.to_owned());
            native = (!c.is_empty()).then(|| format!("{c}^{d}"));
        } else {
            let name = Name::new(&mut rng, 3);
            family += &name.family;
            given += &name.given;
        }
        let mut digits = |n: u32| format!("{:0width$}", rng.next_u64() % 10_u64.pow(n), width = n as usize);
        let (id, phone, accession, house, post) = (digits(7), digits(7), digits(8), digits(3), digits(5));
        let (month, day) = (digits(4), digits(4));
        let number = |text: &str, n: u32| 1 + text.parse::<u32>().unwrap_or(0) % n;
        let year = 1931 + rng.below(80);
        let institution = (*rng.pick(INSTITUTIONS)).to_owned();
        Person {
            id: format!("H{}-{id}", (b'A' + (year % 26) as u8) as char),
            birth_date: format!("{year}{:02}{:02}", number(&month, 12), number(&day, 28)),
            phone: format!("+49 171 {phone}"),
            mail: format!("{}.{id}@mail.example", given.split(' ').next().unwrap_or("x").to_lowercase()),
            street: format!("{} {house}", rng.pick(STREETS)),
            town: format!("{} {post}", rng.pick(TOWNS)),
            accession: format!("ACC{accession}"),
            institution,
            referrer: Name::new(&mut rng, 4),
            reader: Name::new(&mut rng, 4),
            family,
            given,
            native,
        }
    }

    /// PN as the character set calls for it (PS3.5 section 6.2.1).
    pub(super) fn pn(&self) -> String {
        let name = format!("{}^{}", self.family, self.given);
        match &self.native {
            Some(native) => format!("{name}={native}"),
            None => name,
        }
    }
}

impl Name {
    /// One in `share` is named like a word of radiology.
    pub(super) fn new(rng: &mut Rng, share: usize) -> Name {
        let (family, given) = *rng.pick(LATIN);
        let family = if rng.below(share) == 0 { *rng.pick(WORDS) } else { family };
        Name { family: family.to_owned(), given: given.to_owned() }
    }

    pub(super) fn pn(&self) -> String {
        format!("{}^{}^^Dr.", self.family, self.given)
    }
}
