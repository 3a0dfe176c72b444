use chrono::{Datelike, NaiveDate};
use keelson_methods::money::Currency;
use serde::{Deserialize, Serialize};

use super::{
    Country,
    name::{Name, legal_form},
    text::{Fields, one_line},
};
use crate::Result;

/// What a person types about a supplier, as typed. [`Draft::parse`] makes [`Details`] of it or says what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    pub name: String,
    pub legal_name: String,
    pub country: String,
    pub region: String,
    pub city: String,
    pub postcode: String,
    pub address: String,
    pub website: String,
    pub phone: String,
    pub currency: String,
    pub partner_since: String,
}

/// What is known about a supplier as a company: every field has been read and understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: Name,
    pub legal_name: Option<String>,
    pub country: Option<Country>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub website: Option<Website>,
    pub phone: Option<String>,
    pub currency: Option<Currency>,
    /// The year the two companies began to work together.
    pub partner_since: Option<i32>,
}

impl Details {
    /// A supplier of which only the name is known.
    pub fn of(name: Name) -> Self {
        Self {
            name,
            legal_name: None,
            country: None,
            region: None,
            city: None,
            postcode: None,
            address: None,
            website: None,
            phone: None,
            currency: None,
            partner_since: None,
        }
    }

    /// The legal form, read from the legal name where there is one, else from the name.
    pub fn legal_form(&self) -> Option<&'static str> {
        self.legal_name
            .as_deref()
            .and_then(|name| legal_form(name, self.country))
            .or_else(|| legal_form(self.name.as_str(), self.country))
    }

    /// Takes over every value another description has, where `may` allows the field to change.
    pub(super) fn take_over(&mut self, other: &Self, may: impl Fn(&str) -> bool) {
        fn fill<T: Clone>(mine: &mut Option<T>, theirs: Option<&T>, may: bool) {
            if may && theirs.is_some() {
                *mine = theirs.cloned();
            }
        }
        if may("name") {
            self.name = other.name.clone();
        }
        fill(
            &mut self.legal_name,
            other.legal_name.as_ref(),
            may("legal_name"),
        );
        fill(&mut self.country, other.country.as_ref(), may("country"));
        fill(&mut self.region, other.region.as_ref(), may("region"));
        fill(&mut self.city, other.city.as_ref(), may("city"));
        fill(&mut self.postcode, other.postcode.as_ref(), may("postcode"));
        fill(&mut self.address, other.address.as_ref(), may("address"));
        fill(&mut self.website, other.website.as_ref(), may("website"));
        fill(&mut self.phone, other.phone.as_ref(), may("phone"));
        fill(&mut self.currency, other.currency.as_ref(), may("currency"));
        fill(
            &mut self.partner_since,
            other.partner_since.as_ref(),
            may("partner_since"),
        );
    }

    /// The internet domain mail and website share.
    pub fn domain(&self) -> Option<&str> {
        self.website.as_ref().map(Website::domain)
    }
}

impl Draft {
    /// Reads every field, or says of each wrong one what is wrong. `on` is today: a partnership cannot begin after it.
    pub fn parse(&self, on: NaiveDate) -> Result<Details> {
        let mut fields = Fields::default();
        let name = fields.take("name", Name::parse(&self.name));
        let details = Details {
            // Replaced below; a draft without a name never leaves this function.
            name: name.clone().unwrap_or_else(Name::unknown),
            legal_name: fields
                .take("legal_name", one_line(&self.legal_name, 300))
                .flatten(),
            country: fields.optional("country", &self.country, Country::parse),
            region: fields.take("region", one_line(&self.region, 120)).flatten(),
            city: fields.take("city", one_line(&self.city, 120)).flatten(),
            postcode: fields
                .take("postcode", one_line(&self.postcode, 20))
                .flatten(),
            address: fields
                .take("address", one_line(&self.address, 300))
                .flatten(),
            website: fields.optional("website", &self.website, Website::parse),
            phone: fields.optional("phone", &self.phone, phone),
            currency: fields.optional("currency", &self.currency, Currency::parse),
            partner_since: fields
                .optional("partner_since", &self.partner_since, |text| year(text, on)),
        };
        fields.into_result(details)
    }
}

impl From<&Details> for Draft {
    fn from(details: &Details) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: details.name.to_string(),
            legal_name: text(&details.legal_name),
            country: details
                .country
                .map_or_else(String::new, |country| country.code().to_owned()),
            region: text(&details.region),
            city: text(&details.city),
            postcode: text(&details.postcode),
            address: text(&details.address),
            website: details
                .website
                .as_ref()
                .map_or_else(String::new, |website| website.as_str().to_owned()),
            phone: text(&details.phone),
            currency: details
                .currency
                .map_or_else(String::new, |currency| currency.code().to_owned()),
            partner_since: details
                .partner_since
                .map_or_else(String::new, |year| year.to_string()),
        }
    }
}

/// A web address with the domain that identifies its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Website(String);

impl Website {
    /// Reads `example.com`, `www.example.com/de` or a whole `https://` address. Nothing but http and https: a link is shown.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || {
            format!(
                "\"{}\" is not a web address; write it like www.example.com",
                text.chars().take(60).collect::<String>()
            )
        };
        let lower = text.to_ascii_lowercase();
        let scheme = if lower.starts_with("http://") {
            "http"
        } else {
            "https"
        };
        let rest = lower
            .starts_with("http://")
            .then(|| &text[7..])
            .or_else(|| lower.starts_with("https://").then(|| &text[8..]))
            .unwrap_or(text);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let labels_fit = host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let path_fits = path.chars().all(|c| !c.is_whitespace() && !c.is_control());
        if !labels_fit || !path_fits || !host.contains('.') || text.len() > 300 {
            return Err(wrong());
        }
        Ok(Self(format!("{scheme}://{}{path}", host.to_lowercase())))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without `www.`.
    pub fn domain(&self) -> &str {
        let host = self.0.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host)
    }
}

/// Reads a telephone number as people write it; only what cannot be one is refused.
pub(super) fn phone(text: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = text
        .chars()
        .all(|c| c.is_ascii_digit() || " +-()/.".contains(c) || c.is_ascii_alphabetic());
    if (5..=20).contains(&digits) && fits && text.len() <= 40 {
        Ok(text)
    } else {
        Err("enter a telephone number, such as +49 30 1234567".to_owned())
    }
}

fn year(text: &str, on: NaiveDate) -> Result<i32, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|year| (1800..=on.year()).contains(year))
        .ok_or_else(|| format!("enter a year between 1800 and {}, such as 2014", on.year()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    #[test]
    fn a_whole_draft_reads_and_writes_back() {
        let draft = Draft {
            name: "  Norrfjord   Castings AB ".into(),
            country: "Sweden".into(),
            city: "Jönköping".into(),
            website: "WWW.Norrfjord.se/om".into(),
            phone: "+46 36 12 34 56".into(),
            currency: "sek".into(),
            partner_since: "2014".into(),
            ..Draft::default()
        };
        let details = draft.parse(today()).unwrap();
        assert_eq!(details.name.as_str(), "Norrfjord Castings AB");
        assert_eq!(details.country.map(Country::code), Some("SE"));
        assert_eq!(details.domain(), Some("norrfjord.se"));
        let again = Draft::from(&details);
        assert_eq!(again.website, "https://www.norrfjord.se/om");
        assert_eq!(again.parse(today()).unwrap(), details);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let draft = Draft {
            name: " ".into(),
            country: "Atlantis".into(),
            website: "javascript:alert(1)".into(),
            phone: "call me".into(),
            currency: "EURO".into(),
            partner_since: "2027".into(),
            ..Draft::default()
        };
        let Err(Error::Invalid(fields)) = draft.parse(today()) else {
            panic!("the draft was accepted");
        };
        let names: Vec<_> = fields.iter().map(|field| field.name.as_ref()).collect();
        assert_eq!(
            names,
            [
                "name",
                "country",
                "website",
                "phone",
                "currency",
                "partner_since"
            ]
        );
        assert!(fields.iter().all(|field| !field.message.is_empty()));
    }

    #[test]
    fn only_web_addresses_are_web_addresses() {
        for wrong in [
            "nodots",
            "a b.com",
            "https://",
            "ftp://x.y",
            ".com",
            "x..y",
            "-a.com",
        ] {
            assert!(Website::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Website::parse("http://shop.example.com?x=1").map(|site| site.domain().to_owned()),
            Ok("shop.example.com".to_owned())
        );
    }
}
