//! How a supplier's status, tier and figures are written on the pages about suppliers.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::suppliers::{Country, Site, Status};
use keelson_methods::{
    scoring::Grade,
    segmentation::{AbcClass, Tier},
};

use crate::{
    kit::{
        Html, Locale, Tone,
        format::{self, count},
        list::Address,
        marks::badge,
    },
    performance::words,
};

/// The words of a status, as they stand in a badge or a menu.
pub(super) fn status_words(status: Status) -> &'static str {
    match status {
        Status::Invited => "Invited",
        Status::Registering => "Registering",
        Status::UnderReview => "Under review",
        Status::Approved => "Approved",
        Status::Active => "Active",
        Status::Blocked => "Blocked",
        Status::Retired => "Retired",
    }
}

pub(super) fn status(status: Status) -> Html {
    let tone = match status {
        Status::Active => Tone::Ok,
        Status::Approved => Tone::Info,
        Status::UnderReview => Tone::Warn,
        Status::Blocked => Tone::Bad,
        Status::Invited | Status::Registering | Status::Retired => Tone::Plain,
    };
    badge(status_words(status), tone)
}

pub(super) const STATUSES: [Status; 7] = [
    Status::Invited,
    Status::Registering,
    Status::UnderReview,
    Status::Approved,
    Status::Active,
    Status::Blocked,
    Status::Retired,
];

pub(super) fn tier(code: Option<&str>) -> Html {
    words::tier(code.and_then(|code| Tier::parse(code).ok()))
}

pub(super) fn tier_words(code: &str) -> String {
    Tier::parse(code).map_or_else(|_| code.to_owned(), |tier| tier.label().to_owned())
}

pub(super) fn abc(code: Option<&str>) -> Html {
    words::abc(code.and_then(|code| AbcClass::parse(code).ok()))
}

pub(super) fn grade(code: Option<&str>) -> Html {
    words::grade(
        code.and_then(|code| {
            Grade::ALL
                .iter()
                .copied()
                .find(|grade| grade.code() == code)
        }),
        "no grade",
    )
}

pub(super) fn country(country: Option<Country>) -> Html {
    format::or_missing(
        country.map(|country| country.name().to_owned()),
        "no country",
    )
}

pub(super) fn text(value: Option<&String>, reason: &str) -> Html {
    format::or_missing(value.cloned(), reason)
}

/// A finding as a sentence of its own begins.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// Where a site is, as far as it is known.
pub(super) fn place(site: &Site) -> Html {
    let city: Vec<&str> = [site.postcode.as_deref(), site.city.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let place: Vec<String> = site
        .address
        .iter()
        .cloned()
        .chain((!city.is_empty()).then(|| city.join(" ")))
        .collect();
    format::or_missing((!place.is_empty()).then(|| place.join(", ")), "not known")
}

/// A field of a supplier's details in the words of its form.
pub(super) fn field(name: &str) -> String {
    match name {
        "name" => "Name",
        "legal_name" => "Legal name",
        "country" => "Country",
        "region" => "Region",
        "city" => "City",
        "postcode" => "Postcode",
        "address" => "Address",
        "website" => "Website",
        "phone" => "Telephone",
        "currency" => "Currency",
        "partner_since" => "Partner since",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// Pages of a fixed number of rows: what is shown of how many, and the way to the pages before and after.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="pager"><span class="num" data-count>{{ range }}</span>{% if !note.is_empty() %}<span class="sm t3 only-wide">{{ note }}</span>{% endif %}{% if previous.is_some() || next.is_some() %}<nav aria-label="Pages">{% if let Some(href) = previous %}<a href="{{ href }}" rel="prev" aria-label="Previous page">{{ crate::kit::marks::icon("chevron-left") }}</a>{% endif %}<span class="num">{{ place }}</span>{% if let Some(href) = next %}<a href="{{ href }}" rel="next" aria-label="Next page">{{ crate::kit::marks::icon("chevron-right") }}</a>{% endif %}</nav>{% endif %}</div>"#
)]
pub(super) struct Pages {
    range: String,
    /// What is true of the whole list, beside its rows.
    note: String,
    place: String,
    previous: Option<Address>,
    next: Option<Address>,
}

impl HtmlSafe for Pages {}

impl Pages {
    /// `page` counts from 1 and lies within `pages`.
    pub(super) fn new(
        page: u64,
        pages: u64,
        rows: u64,
        total: u64,
        address: &Address,
        locale: Locale,
    ) -> Self {
        let write = |value: u64| count(value.try_into().unwrap_or(i64::MAX), locale);
        let at = |page: u64| {
            let address = address.clone().clear("page");
            if page > 1 {
                address.with("page", page)
            } else {
                address
            }
        };
        Self {
            range: if total == 0 {
                "0 rows".to_owned()
            } else {
                format!(
                    "{}–{} of {}",
                    write((page - 1) * rows + 1),
                    write((page * rows).min(total)),
                    write(total)
                )
            },
            note: String::new(),
            place: format!("Page {} of {}", write(page), write(pages)),
            previous: (page > 1).then(|| at(page - 1)),
            next: (page < pages).then(|| at(page + 1)),
        }
    }
}

impl Pages {
    pub(super) fn note(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_ends_with_the_last_row() {
        let address = Address::new("/suppliers").with("q", "a");
        let pages = Pages::new(3, 3, 50, 102, &address, Locale::EnGb);
        assert_eq!(pages.range, "101–102 of 102");
        assert_eq!(
            pages.previous.map(|address| address.to_string()).as_deref(),
            Some("/suppliers?q=a&page=2")
        );
        assert!(pages.next.is_none());
    }
}
