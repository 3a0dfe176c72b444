//! A name that is nothing but a legal form names nobody.

/// Legal forms without their points and spaces, in the countries most exports come from. Source: handbook 11.2 and the
/// abbreviations of ISO 20275. Left out are those that companies also go by: BT, SAS and SCA are forms and names alike, and a
/// row of such a supplier would be refused for ever.
const FORMS: [&str; 86] = [
    "ab",
    "ag",
    "aps",
    "aktiengesellschaft",
    "as",
    "asa",
    "asbl",
    "besloten vennootschap",
    "bhd",
    "bv",
    "bvba",
    "co",
    "co kg",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "eg",
    "eingetragener verein",
    "eood",
    "eurl",
    "ev",
    "foundation",
    "gbr",
    "gesellschaft mbh",
    "gmbh",
    "gmbh & co kg",
    "gmbh and co kg",
    "gmbh co kg",
    "gug",
    "hf",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "kommanditgesellschaft",
    "lda",
    "limited",
    "limited company",
    "limited liability company",
    "llc",
    "llp",
    "lp",
    "lpp",
    "ltd",
    "ltda",
    "ltee",
    "mbh",
    "naamloze vennootschap",
    "nv",
    "ohg",
    "oo",
    "ooo",
    "oy",
    "oyj",
    "partg",
    "plc",
    "private limited",
    "pte",
    "pte ltd",
    "pty",
    "pty ltd",
    "public limited company",
    "pvt ltd",
    "sa",
    "sa de cv",
    "sarl",
    "sasu",
    "scs",
    "sdn bhd",
    "sl",
    "slu",
    "snc",
    "spa",
    "spolka z oo",
    "spółka z oo",
    "sp zoo",
    "sp z oo",
    "spj",
    "sprl",
    "sro",
    "srl",
    "ug",
];

/// Whether nothing is left of a name once legal forms and signs are taken off.
pub(super) fn is_only_a_legal_form(name: &str) -> bool {
    let bare: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric() || letter.is_whitespace() || *letter == '&')
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<&str> = bare.split_whitespace().collect();
    if !words
        .iter()
        .any(|word| word.chars().any(char::is_alphanumeric))
    {
        // Signs alone name nobody either.
        return true;
    }
    FORMS.contains(&words.join(" ").as_str()) || FORMS.contains(&words.concat().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_nobody_are_told_from_names() {
        for name in [
            "GmbH",
            "Ltd.",
            "S.A.",
            "GmbH & Co. KG",
            "sp. z o.o.",
            "S.p.A.",
            "Sdn. Bhd.",
            "---",
            ".",
            "S. A.",
        ] {
            assert!(is_only_a_legal_form(name), "{name}");
        }
        for name in [
            "3M",
            "SAP SE",
            "Acme Ltd",
            "AGA",
            "Limited Brands",
            "東京",
            "B&Q",
            "X",
            "BT",
            "JSC",
            "SCA",
        ] {
            assert!(!is_only_a_legal_form(name), "{name}");
        }
    }
}
