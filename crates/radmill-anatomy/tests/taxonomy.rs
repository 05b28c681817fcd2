//! The taxonomy that ships with radmill holds together, and what is wrong in a file is said with its place.

use radmill_anatomy::{Category, Clues, Taxonomy, classify};

fn study(text: &str) -> Clues {
    Clues { modality: "CT".to_owned(), study_description: text.to_owned(), ..Clues::default() }
}

#[test]
fn each_category_has_regions() {
    let taxonomy = Taxonomy::builtin();
    for category in Category::ALL {
        assert!(taxonomy.regions().any(|(_, of)| of == category), "{category}");
    }
}

/// A region without a category is a lane, a combination, or says nothing about the place; no other is left out.
#[test]
fn each_region_belongs_to_a_category() {
    let nowhere = [
        "ARTERY",
        "BODYPART",
        "ENDOARTERIAL",
        "ENDOVASCULAR",
        "ENDOVENOUS",
        "LUMEN",
        "NECKCHESTABDOMEN",
        "TRUNK",
        "VEIN",
        "WHOLEBODY",
        "PHANTOM",
        "ANIMAL",
        "FOREFETLOCK",
        "FORENAVICULAR",
        "FOREPASTERN",
        "HINDFETLOCK",
        "HINDNAVICULAR",
        "HINDPASTERN",
        "STIFLE",
        "SPECIMEN",
        "TAIL",
        "WING",
        "NECKCHESTABDPELV",
    ];
    for (region, category) in Taxonomy::builtin().regions() {
        assert_eq!(category == Category::Uncategorized, nowhere.contains(&region), "{region}");
    }
}

#[test]
fn each_code_of_the_table_resolves() {
    let taxonomy = Taxonomy::builtin();
    let rows = include_str!("../taxonomy/codes.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut n_codes = 0;
    for row in rows {
        let fields: Vec<&str> = row.split('\t').collect();
        let [scheme, value, region] = fields[..] else { panic!("three columns: {row}") };
        assert_eq!(taxonomy.region_of_code(scheme, value), Some(region));
        n_codes += 1;
    }
    assert!(n_codes > 800, "{n_codes} codes");
}

#[test]
fn each_term_of_the_table_has_a_region() {
    let taxonomy = Taxonomy::builtin();
    for row in include_str!("../taxonomy/terms.tsv")
        .lines()
        .chain(include_str!("../taxonomy/terms_by_hand.tsv").lines())
        .filter(|line| !line.starts_with('#'))
    {
        for region in row.split('\t').nth(1).unwrap().split('|') {
            assert!(taxonomy.regions().any(|(id, _)| id == region), "{row}");
        }
    }
}

#[test]
fn what_ships_is_small() {
    let files = [
        include_str!("../taxonomy/taxonomy.toml"),
        include_str!("../taxonomy/regions.tsv"),
        include_str!("../taxonomy/codes.tsv"),
        include_str!("../taxonomy/terms.tsv"),
        include_str!("../taxonomy/terms_by_hand.tsv"),
    ];
    assert!(files.iter().map(|file| file.len()).sum::<usize>() < 600_000);
}

#[test]
fn errors_say_where() {
    let check = |text: &str, expected: &str| {
        let error = Taxonomy::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    };
    let begin = "format = 1\nversion = \"1\"\n";
    check("", "missing field `format`");
    check("format = 2\nversion = \"1\"", "line 1, column 10: unknown format");
    check("format = 1\nversion = \"a b\"", "line 2, column 11: version must be");
    check(&format!("{begin}colour = 3"), "line 3, column 1: unknown field `colour`");
    check(&format!("{begin}[decision]\ntaste = 3"), "line 4, column 1: unknown field `taste`");
    check(&format!("{begin}[weights]\nmodality = 2.0"), "line 4, column 12: weights");
    check(&format!("{begin}[weights]\nshoe_size = 0.5"), "line 4, column 13: weights");
    check(&format!("{begin}[decision]\nprecedence = [\"CHEST\"]"), "line 4, column 15: precedence");
    check(&format!("{begin}[regions]\nHAIR = [\"BEARD\"]"), "line 4, column 9: regions: not one of the nine");
    check(&format!("{begin}[regions]\nCHEST = [\"beard\"]"), "line 4, column 10: a region's name");
    check(
        &format!("{begin}[regions]\nCHEST = [\"A\", \"A\"]"),
        "line 4, column 15: this region is named twice",
    );
    check(
        &format!("{begin}[[terms]]\nregion = \"BEARD\"\nwords = [\"beard\"]"),
        "line 4, column 10: unknown region",
    );
    check(&format!("{begin}[[terms]]\nwords = [\"beard\"]"), "line 4, column 10: a term needs a region");
    check(
        &format!("{begin}[[terms]]\nregion = \"FACE\"\nwords = [\"a\", \"a\"]"),
        "line 5, column 15: this word",
    );
    check(
        &format!("{begin}[[terms]]\nregion = \"FACE\"\nwords = [\"Beard\"]"),
        "line 5, column 10: words are",
    );
    check(&format!("{begin}[[terms]]\nregion = \"FACE\"\nwords = [\"a b*\"]"), "line 5, column 10: a star");
    check(&format!("{begin}[codes.SCT]\n1 = \"BEARD\""), "line 4, column 5: unknown region");
    check(&format!("{begin}format = 1"), "line 3, column 1: duplicate key");
}

#[test]
fn a_file_extends_what_ships() {
    let text = "format = 1\nversion = \"site-1\"\n[regions]\nBRAIN = [\"BEARD\"]\n[[terms]]\nregion = \"BEARD\"\n\
                words = [\"beard\", \"liver\"]\n[[noise]]\nwords = [\"spleen\"]\n[codes.99SITE]\nB1 = \"BEARD\"";
    let taxonomy = Taxonomy::parse(text).unwrap();
    assert_eq!(taxonomy.version(), "site-1+2026.2");
    assert_eq!(taxonomy.region_of_code("99SITE", "B1"), Some("BEARD"));
    let check = |text: &str, expected: Category| {
        assert_eq!(classify(&taxonomy, &study(text)).category, expected, "{text}");
    };
    check("beard", Category::Brain);
    check("liver", Category::Brain);
    check("spleen", Category::Uncategorized);
    check("chest", Category::Chest);
}

#[test]
fn a_file_can_stand_alone() {
    let text = "format = 1\nversion = \"7\"\nextends = \"nothing\"\n[regions]\nCHEST = [\"TORSO\"]\n[[terms]]\n\
                region = \"TORSO\"\nwords = [\"torso\"]";
    let taxonomy = Taxonomy::parse(text).unwrap();
    assert_eq!(taxonomy.version(), "7");
    assert_eq!(classify(&taxonomy, &study("torso")).category, Category::Chest);
    assert_eq!(classify(&taxonomy, &study("abdomen")).category, Category::Uncategorized);
}
