//! Which pairs of records are worth comparing.

use super::identifiers::{Iban, Lei, VatId};
use super::name::NormalName;

/// What is known about a record that may be a duplicate.
#[derive(Debug, Clone, Copy)]
pub struct RecordFacts<'a> {
    /// The normal name.
    pub name: &'a NormalName,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// City, as written.
    pub city: Option<&'a str>,
    /// VAT number.
    pub vat: Option<&'a VatId>,
    /// Legal Entity Identifier.
    pub lei: Option<&'a Lei>,
    /// Account number.
    pub iban: Option<&'a Iban>,
    /// Web domain, from [`web_domain`].
    pub domain: Option<&'a str>,
}

/// The keys of a record: two records are compared where they share any.
///
/// Same VAT, LEI or IBAN; same domain, free mail hosts left out; first four letters of the name with the country; the
/// sorted words. Keys of different kinds never collide. Source: handbook 11.4.
pub fn blocking_keys(facts: &RecordFacts<'_>) -> Vec<String> {
    let mut keys = Vec::with_capacity(6);
    keys.extend(facts.vat.map(|vat| format!("vat:{vat}")));
    keys.extend(facts.lei.map(|lei| format!("lei:{lei}")));
    keys.extend(facts.iban.map(|iban| format!("iban:{iban}")));
    keys.extend(
        facts
            .domain
            .filter(|domain| !is_free_mail_host(domain))
            .map(|domain| format!("web:{domain}")),
    );
    let start: String = facts.name.block_text().chars().take(4).collect();
    if !start.is_empty() {
        keys.push(format!("start:{start}:{}", facts.country.unwrap_or("")));
        keys.push(format!("words:{}", facts.name.sorted));
    }
    keys
}

/// The host of a web or mail address in lower case, without `www.`: `https://www.nordwerk.example/shop` is
/// `nordwerk.example`. `None` where there is no host with a dot in it.
///
/// ```
/// use keelson_methods::identity::web_domain;
/// assert_eq!(web_domain("Sales@Nordwerk.example").as_deref(), Some("nordwerk.example"));
/// ```
pub fn web_domain(address: &str) -> Option<String> {
    let address = address.trim();
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = after_scheme.split(['/', '?', '#']).next()?;
    let host = host
        .rsplit('@')
        .next()?
        .split(':')
        .next()?
        .trim_end_matches('.')
        .to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let plausible = host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
        && host
            .chars()
            .all(|letter| letter.is_alphanumeric() || ".-".contains(letter));
    plausible.then(|| host.to_owned())
}

/// Whether a domain belongs to a free mail host, so that sharing it says nothing.
pub fn is_free_mail_host(domain: &str) -> bool {
    const HOSTS: [&str; 34] = [
        "126.com",
        "163.com",
        "aol.com",
        "bluewin.ch",
        "freenet.de",
        "free.fr",
        "gmail.com",
        "googlemail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "qq.com",
        "t-online.de",
        "tiscali.it",
        "wanadoo.fr",
        "web.de",
        "yahoo.com",
        "yandex.ru",
        "zoho.com",
    ];
    HOSTS.contains(&domain) || domain.strip_prefix("yahoo.").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str, domain: Option<&str>) -> Vec<String> {
        let name = NormalName::of(name, Some("DE"));
        let vat = VatId::parse("DE136695976", None).unwrap();
        let facts = RecordFacts {
            name: &name,
            country: Some("DE"),
            city: None,
            vat: Some(&vat),
            lei: None,
            iban: None,
            domain,
        };
        blocking_keys(&facts)
    }

    #[test]
    fn a_record_has_a_key_for_everything_it_can_be_found_by() {
        assert_eq!(
            keys("Nordwerk Antriebe GmbH", Some("nordwerk.example")),
            [
                "vat:DE136695976",
                "web:nordwerk.example",
                "start:nord:DE",
                "words:antriebe nordwerk"
            ]
        );
    }

    #[test]
    fn a_free_mail_host_is_no_key() {
        assert!(
            keys("Nordwerk", Some("gmx.de"))
                .iter()
                .all(|key| !key.starts_with("web:"))
        );
        assert!(is_free_mail_host("yahoo.co.jp") && !is_free_mail_host("notyahoo.com"));
    }

    #[test]
    fn different_spellings_share_a_key() {
        let shared = |a: &str, b: &str| {
            keys(a, None)
                .iter()
                .skip(1)
                .any(|key| keys(b, None)[1..].contains(key))
        };
        assert!(shared("Müller Werkzeuge GmbH", "Mueller Werkzeug AG"));
        assert!(shared("Werkzeuge Müller", "Müller Werkzeuge"));
        assert!(!shared("Nordwerk", "Suedwerk"));
    }

    #[test]
    fn web_domains_are_cut_out_of_addresses() {
        for (address, domain) in [
            (
                "https://www.nordwerk.example/shop?x=1",
                Some("nordwerk.example"),
            ),
            ("NORDWERK.EXAMPLE", Some("nordwerk.example")),
            ("mail@shop.nordwerk.example", Some("shop.nordwerk.example")),
            ("http://nordwerk.example:8080", Some("nordwerk.example")),
            ("localhost", None),
            ("", None),
            ("not a domain.", None),
        ] {
            assert_eq!(web_domain(address).as_deref(), domain, "{address}");
        }
    }
}
