use std::fmt::Write as _;

use crate::{
    CategoryId, PersonId,
    suppliers::{Country, Status},
};

/// How many suppliers stand on one page.
pub const PAGE_ROWS: u64 = 50;

/// Which suppliers to list, how, and with which columns: what the address of a list says and a saved view keeps.
///
/// Within one field any value fits, between fields all must. Fields left empty ask nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Words that must all be found in name, number, city, country, category or an identifier.
    pub text: String,
    pub status: Vec<Status>,
    pub tier: Vec<String>,
    pub quadrant: Vec<String>,
    pub grade: Vec<String>,
    pub abc: Vec<String>,
    pub category: Vec<CategoryId>,
    pub country: Vec<Country>,
    pub owner: Vec<Owner>,
    /// Spend of the last twelve months, in whole units of the organisation's currency.
    pub spend: Range,
    /// Score, 0 to 100.
    pub score: Range,
    /// On-time deliveries in percent.
    pub on_time: Range,
    pub sort: Sort,
    /// Counted from 1.
    pub page: u64,
    /// Empty for the usual ones.
    pub columns: Vec<Column>,
}

/// From and to, both inclusive, either open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// Whose suppliers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Person(PersonId),
    Nobody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: Column,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            by: Column::Spend,
            descending: true,
        }
    }
}

/// What a list can show and sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Number,
    Status,
    Category,
    Tier,
    Quadrant,
    Owner,
    Country,
    City,
    Spend,
    Abc,
    Score,
    Trend,
    Grade,
    OnTime,
    Ppm,
    OrderLines,
    LastReceipt,
    PartnerSince,
    Changed,
}

impl Column {
    pub const ALL: [Self; 20] = [
        Self::Name,
        Self::Number,
        Self::Status,
        Self::Category,
        Self::Tier,
        Self::Quadrant,
        Self::Owner,
        Self::Country,
        Self::City,
        Self::Spend,
        Self::Abc,
        Self::Score,
        Self::Trend,
        Self::Grade,
        Self::OnTime,
        Self::Ppm,
        Self::OrderLines,
        Self::LastReceipt,
        Self::PartnerSince,
        Self::Changed,
    ];

    /// What a list shows until somebody chooses.
    pub const USUAL: [Self; 10] = [
        Self::Name,
        Self::Category,
        Self::Status,
        Self::Tier,
        Self::Owner,
        Self::Spend,
        Self::Score,
        Self::Trend,
        Self::OnTime,
        Self::Country,
    ];

    /// As it stands in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
            Self::Status => "status",
            Self::Category => "category",
            Self::Tier => "tier",
            Self::Quadrant => "quadrant",
            Self::Owner => "owner",
            Self::Country => "country",
            Self::City => "city",
            Self::Spend => "spend",
            Self::Abc => "abc",
            Self::Score => "score",
            Self::Trend => "trend",
            Self::Grade => "grade",
            Self::OnTime => "on_time",
            Self::Ppm => "ppm",
            Self::OrderLines => "order_lines",
            Self::LastReceipt => "last_receipt",
            Self::PartnerSince => "partner_since",
            Self::Changed => "changed",
        }
    }

    /// As it stands above the column.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "Supplier",
            Self::Number => "Number",
            Self::Status => "Status",
            Self::Category => "Category",
            Self::Tier => "Tier",
            Self::Quadrant => "Quadrant",
            Self::Owner => "Owner",
            Self::Country => "Country",
            Self::City => "City",
            Self::Spend => "Spend, 12 m",
            Self::Abc => "ABC",
            Self::Score => "Score",
            Self::Trend => "Trend",
            Self::Grade => "Grade",
            Self::OnTime => "On time",
            Self::Ppm => "Defects, ppm",
            Self::OrderLines => "Order lines",
            Self::LastReceipt => "Last receipt",
            Self::PartnerSince => "Partner since",
            Self::Changed => "Changed",
        }
    }

    /// Numbers stand on the right and are first wanted highest first.
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Spend
                | Self::Score
                | Self::Trend
                | Self::OnTime
                | Self::Ppm
                | Self::OrderLines
                | Self::LastReceipt
                | Self::PartnerSince
                | Self::Changed
        )
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.code() == code)
    }
}

impl ListQuery {
    /// Reads the words of an address. What makes no sense asks nothing: an old link still opens a list.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.take(name, value.trim());
        }
        query.page = query.page.max(1);
        query
    }

    fn take(&mut self, name: &str, value: &str) {
        if value.is_empty() || value.len() > 400 {
            return;
        }
        match name {
            "q" => value.clone_into(&mut self.text),
            "status" => add(&mut self.status, Status::parse(value)),
            "tier" => add(&mut self.tier, word(value)),
            "quadrant" => add(&mut self.quadrant, word(value)),
            "grade" => add(&mut self.grade, word(value)),
            "abc" => add(&mut self.abc, word(value)),
            "category" => add(&mut self.category, value.parse().ok()),
            "country" => add(&mut self.country, Country::parse(value).ok()),
            "owner" => add(&mut self.owner, Owner::parse(value)),
            "spend_from" => self.spend.from = value.parse().ok(),
            "spend_to" => self.spend.to = value.parse().ok(),
            "score_from" => self.score.from = value.parse().ok(),
            "score_to" => self.score.to = value.parse().ok(),
            "on_time_from" => self.on_time.from = value.parse().ok(),
            "on_time_to" => self.on_time.to = value.parse().ok(),
            "sort" => {
                let (code, descending) = value
                    .strip_prefix('-')
                    .map_or((value, false), |code| (code, true));
                if let Some(by) = Column::parse(code) {
                    self.sort = Sort { by, descending };
                }
            }
            "page" => self.page = value.parse().unwrap_or(1),
            "columns" => self.columns = value.split(',').filter_map(Column::parse).collect(),
            _ => {}
        }
    }

    /// The words of its address, without what asks nothing. Reading them gives the same query.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.filter_pairs();
        if self.sort != Sort::default() {
            let sign = if self.sort.descending { "-" } else { "" };
            pairs.push(("sort", format!("{sign}{}", self.sort.by.code())));
        }
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        if !self.columns.is_empty() {
            let codes: Vec<_> = self.columns.iter().map(|column| column.code()).collect();
            pairs.push(("columns", codes.join(",")));
        }
        pairs
    }

    /// Only what narrows the list.
    pub fn filter_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs.extend(self.status.iter().map(|v| ("status", v.code().to_owned())));
        pairs.extend(self.tier.iter().map(|v| ("tier", v.clone())));
        pairs.extend(self.quadrant.iter().map(|v| ("quadrant", v.clone())));
        pairs.extend(self.grade.iter().map(|v| ("grade", v.clone())));
        pairs.extend(self.abc.iter().map(|v| ("abc", v.clone())));
        pairs.extend(self.category.iter().map(|v| ("category", v.to_string())));
        pairs.extend(self.country.iter().map(|v| ("country", v.to_string())));
        pairs.extend(self.owner.iter().map(|v| ("owner", v.to_string())));
        let ranges = [
            ("spend_from", self.spend.from),
            ("spend_to", self.spend.to),
            ("score_from", self.score.from),
            ("score_to", self.score.to),
            ("on_time_from", self.on_time.from),
            ("on_time_to", self.on_time.to),
        ];
        for (name, value) in ranges {
            pairs.extend(value.map(|value| (name, value.to_string())));
        }
        pairs
    }

    /// The address's query string, percent-encoded, without a question mark.
    pub fn to_query_string(&self) -> String {
        encode(&self.pairs())
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        !self.filter_pairs().is_empty()
    }

    /// The same list from its first page, as every change of a filter asks for it.
    pub fn first_page(&self) -> Self {
        Self {
            page: 1,
            ..self.clone()
        }
    }

    /// The columns to show; the name always stands first.
    pub fn shown_columns(&self) -> Vec<Column> {
        let chosen: &[Column] = if self.columns.is_empty() {
            &Column::USUAL
        } else {
            &self.columns
        };
        let mut shown = vec![Column::Name];
        for column in chosen {
            if !shown.contains(column) {
                shown.push(*column);
            }
        }
        shown
    }
}

impl Owner {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "nobody" => Some(Self::Nobody),
            id => id.parse().ok().map(Self::Person),
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// Adds a value once, and no more of them than anybody needs.
fn add<T: PartialEq>(list: &mut Vec<T>, value: Option<T>) {
    if let Some(value) = value
        && !list.contains(&value)
        && list.len() < 100
    {
        list.push(value);
    }
}

/// A code such as a tier's or a grade's.
fn word(text: &str) -> Option<String> {
    let fits = text.len() <= 40
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '+');
    fits.then(|| text.to_owned())
}

pub(super) fn encode(pairs: &[(&'static str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
                    out.push(char::from(byte));
                }
                _ => {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_to_the_same_list() {
        let query = ListQuery {
            text: "Jönköping & co".into(),
            status: vec![Status::Active, Status::UnderReview],
            tier: vec!["strategic".into()],
            category: vec![CategoryId(7)],
            country: vec![Country::parse("SE").unwrap()],
            owner: vec![Owner::Nobody, Owner::Person(PersonId(3))],
            spend: Range {
                from: Some(300_000),
                to: None,
            },
            sort: Sort {
                by: Column::Score,
                descending: false,
            },
            page: 3,
            columns: vec![Column::City, Column::Spend],
            ..ListQuery::default()
        };
        let pairs = query.pairs();
        let again = ListQuery::from_pairs(pairs.iter().map(|(n, v)| (*n, v.as_str())));
        assert_eq!(again, query);
        assert!(
            query
                .to_query_string()
                .starts_with("q=J%C3%B6nk%C3%B6ping%20%26%20co&status=active&status=under_review")
        );
    }

    #[test]
    fn nonsense_asks_nothing() {
        let query = ListQuery::from_pairs([
            ("page", "-1"),
            ("page", "9223372036854775808000"),
            ("status", "happy"),
            ("sort", "-password"),
            ("country", "??"),
            ("tier", "a' OR 1=1"),
            ("spend_from", "much"),
            ("columns", "x,name,y"),
        ]);
        assert_eq!(
            query,
            ListQuery {
                page: 1,
                columns: vec![Column::Name],
                ..ListQuery::default()
            }
        );
        assert!(!query.is_filtered());
    }

    #[test]
    fn the_name_always_leads() {
        let query = ListQuery {
            columns: vec![Column::City, Column::Name],
            ..ListQuery::default()
        };
        assert_eq!(query.shown_columns(), [Column::Name, Column::City]);
    }
}
