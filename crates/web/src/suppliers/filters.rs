//! The filters of the list of suppliers: chips for those in force, the panel to choose from, the columns to show.

use keelson_domain::suppliers::{self, Column as By, Facets, ListQuery, Owner, Range};

use super::words;
use crate::kit::{
    filter::{Chip, FilterGroup, FilterMenu, FilterRange},
    form::Choice,
    list::Address,
};

pub(super) fn chips(asked: &ListQuery, facets: &Facets, address: &Address) -> Vec<Chip> {
    asked
        .filter_pairs()
        .into_iter()
        .filter(|(name, _)| *name != "q")
        .map(|(name, value)| {
            let (field, words) = chip_words(name, &value, facets);
            Chip::new(field, words, address.clone().without(name, &value))
        })
        .collect()
}

fn chip_words(name: &str, value: &str, facets: &Facets) -> (&'static str, String) {
    let owned = || value.to_owned();
    let named = |known: Option<String>| known.unwrap_or_else(owned);
    match name {
        "status" => (
            "Status",
            named(
                suppliers::Status::parse(value)
                    .map(|status| words::status_words(status).to_owned()),
            ),
        ),
        "tier" => ("Tier", words::tier_words(value)),
        "quadrant" => ("Quadrant", words::tier_words(value)),
        "grade" => ("Grade", owned()),
        "abc" => ("Class", owned()),
        "category" => {
            let found = facets
                .categories
                .iter()
                .find(|(id, _)| id.to_string() == value);
            ("Category", named(found.map(|(_, name)| name.clone())))
        }
        "country" => {
            let found = suppliers::Country::parse(value).ok();
            (
                "Country",
                named(found.map(|country| country.name().to_owned())),
            )
        }
        "owner" if value == "nobody" => ("Owner", "nobody".to_owned()),
        "owner" => {
            let found = facets.owners.iter().find(|(id, _)| id.to_string() == value);
            ("Owner", named(found.map(|(_, name)| name.clone())))
        }
        "spend_from" => ("Spend from", owned()),
        "spend_to" => ("Spend up to", owned()),
        "score_from" => ("Score from", owned()),
        "score_to" => ("Score up to", owned()),
        "on_time_from" => ("On time from", format!("{value}%")),
        _ => ("On time up to", format!("{value}%")),
    }
}

pub(super) fn menu(asked: &ListQuery, facets: &Facets, currency: &str) -> FilterMenu {
    let group = |legend: &str, name: &str, choices: Vec<Choice>| FilterGroup {
        legend: legend.to_owned(),
        name: name.to_owned(),
        choices,
        chosen: asked
            .filter_pairs()
            .into_iter()
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value)
            .collect(),
    };
    let codes = |codes: &[String]| codes.iter().map(|code| Choice::new(code, code)).collect();
    let owners = facets
        .owners
        .iter()
        .map(|(id, name)| Choice::new(Owner::Person(*id), name))
        .chain([Choice::new(Owner::Nobody, "Nobody")])
        .collect();
    let groups = vec![
        group(
            "Status",
            "status",
            words::STATUSES
                .map(|status| Choice::new(status.code(), words::status_words(status)))
                .into(),
        ),
        group(
            "Tier",
            "tier",
            in_rank(&facets.tiers)
                .into_iter()
                .map(|code| Choice::new(code, words::tier_words(code)))
                .collect(),
        ),
        group("Grade", "grade", codes(&facets.grades)),
        group(
            "Category",
            "category",
            facets
                .categories
                .iter()
                .map(|(id, name)| Choice::new(id, name))
                .collect(),
        ),
        group("Owner", "owner", owners),
        group(
            "Country",
            "country",
            facets
                .countries
                .iter()
                .map(|country| Choice::new(country.code(), country.name()))
                .collect(),
        ),
    ];
    FilterMenu::filters(
        groups
            .into_iter()
            .filter(|group| !group.choices.is_empty())
            .collect(),
    )
    .ranges(vec![
        range(
            &format!("Spend, 12 months, {currency}"),
            "spend",
            asked.spend,
        ),
        range("Score", "score", asked.score),
        range("On time, %", "on_time", asked.on_time),
    ])
}

/// The most important tier first.
fn in_rank(tiers: &[String]) -> Vec<&String> {
    let rank = |code: &str| {
        ["strategic", "leverage", "bottleneck", "transactional"]
            .iter()
            .position(|known| *known == code)
            .unwrap_or(usize::MAX)
    };
    let mut tiers: Vec<&String> = tiers.iter().collect();
    tiers.sort_by_key(|code| rank(code));
    tiers
}

fn range(legend: &str, name: &str, range: Range) -> FilterRange {
    let text = |bound: Option<i64>| bound.map_or_else(String::new, |bound| bound.to_string());
    FilterRange {
        legend: legend.to_owned(),
        name: name.to_owned(),
        from: text(range.from),
        to: text(range.to),
    }
}

pub(super) fn chooser(shown: &[By]) -> FilterMenu {
    FilterMenu::columns(vec![FilterGroup {
        legend: "Columns".to_owned(),
        name: "columns".to_owned(),
        choices: By::ALL
            .into_iter()
            .filter(|by| *by != By::Name)
            .map(|by| Choice::new(by.code(), by.title()))
            .collect(),
        chosen: shown.iter().map(|by| by.code().to_owned()).collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppliers::list::{address, read};

    #[test]
    fn a_chip_takes_away_its_own_value_only() {
        let query = read(Some("status=active&status=blocked&page=3"));
        let chips = chips(&query, &Facets::default(), &address("/suppliers", &query));
        assert_eq!(chips[0].value, "Active");
        assert_eq!(chips[0].without, "/suppliers?status=blocked");
    }
}
