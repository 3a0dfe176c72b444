//! What a list page is made of: address, tabs, column heads, pages, bulk bar, empty state.

use std::fmt::{self, Write as _};

use askama::{Template, filters::HtmlSafe};

use super::{
    format::{Locale, count},
    html::Html,
};

/// An address with its query, in which one parameter can change while the others stay: filters, sort and page all live
/// in the address (convention 14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    path: String,
    query: Vec<(String, String)>,
}

impl Address {
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            query: Vec::new(),
        }
    }

    /// One more value of a parameter; an empty value is left out.
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.query.push((key.to_owned(), value));
        }
        self
    }

    /// This value and no other of the parameter; an empty value removes it.
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.query.retain(|(name, _)| name != key);
        self.with(key, value)
    }

    /// Without one value of a parameter, for the cross on its chip; also back on page 1 (convention 18).
    pub fn without(mut self, key: &str, value: &str) -> Self {
        self.query
            .retain(|(name, have)| name != "page" && (name != key || have != value));
        self
    }

    /// Without a parameter altogether; also back on page 1.
    pub fn clear(mut self, key: &str) -> Self {
        self.query.retain(|(name, _)| name != "page" && name != key);
        self
    }

    /// The parameters, for the hidden fields of a form that must keep them.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (i, (key, value)) in self.query.iter().enumerate() {
            f.write_char(if i == 0 { '?' } else { '&' })?;
            encode(key, f)?;
            f.write_char('=')?;
            encode(value, f)?;
        }
        Ok(())
    }
}

/// Percent-encodes a query value (RFC 3986, unreserved characters stay).
fn encode(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.write_char(byte as char)?;
            }
            _ => write!(out, "%{byte:02X}")?,
        }
    }
    Ok(())
}

/// Sections of a record, or saved views of a list, as links with counts.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<nav class="tabs" aria-label="{{ label }}">{% for tab in tabs %}<a class="tab" href="{{ tab.href }}"{% if tab.current %} aria-current="page"{% endif %}>{{ tab.text }}{% if let Some(n) = tab.count %}<span class="count{% if tab.alarming %} bad{% endif %}">{{ n }}</span>{% endif %}</a>{% endfor %}</nav>"#
)]
pub struct Tabs {
    /// Read aloud: "Supplier sections", "Saved views".
    pub label: String,
    pub tabs: Vec<Tab>,
}

#[derive(Debug, Clone, Default)]
pub struct Tab {
    pub text: String,
    pub href: String,
    pub current: bool,
    pub count: Option<String>,
    /// Colours the count, for what is overdue.
    pub alarming: bool,
}

impl Tabs {
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            tabs: Vec::new(),
        }
    }

    pub fn tab(mut self, text: impl Into<String>, href: impl ToString, current: bool) -> Self {
        self.tabs.push(Tab {
            text: text.into(),
            href: href.to_string(),
            current,
            ..Tab::default()
        });
        self
    }

    pub fn counted(
        mut self,
        text: impl Into<String>,
        href: impl ToString,
        current: bool,
        n: i64,
        locale: Locale,
    ) -> Self {
        let count = Some(count(n, locale));
        self.tabs.push(Tab {
            text: text.into(),
            href: href.to_string(),
            current,
            count,
            alarming: false,
        });
        self
    }
}

/// A column's head: its words, whether it sorts, and how it is sorted now.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<th role="columnheader" scope="col"{% if !class.is_empty() %} class="{{ class }}"{% endif %}{% if let Some(sorted) = sorted %} aria-sort="{{ sorted.word() }}"{% endif %}>{% if let Some(href) = href %}<a class="sort" href="{{ href }}"{% if let Some(target) = target %} hx-get="{{ href }}" hx-target="{{ target }}" hx-push-url="true"{% endif %}>{{ text }}{{ crate::kit::marks::icon("arrow-down") }}</a>{% else if hidden %}<span class="vh">{{ text }}</span>{% else %}{{ text }}{% endif %}</th>"#
)]
pub struct Column {
    pub text: String,
    pub class: &'static str,
    pub href: Option<String>,
    pub sorted: Option<Sorted>,
    /// The element htmx replaces on sorting: `#results`. Without it the link loads the page.
    pub target: Option<&'static str>,
    /// Only read aloud: columns of bars, buttons, check boxes.
    pub hidden: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    Ascending,
    Descending,
}

impl Sorted {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// The order of a list as its address writes it: `name` upwards, `-name` downwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub key: String,
    pub direction: Sorted,
}

impl Sort {
    /// Reads `sort=-spend`; takes only the keys the list knows.
    pub fn parse(text: &str, known: &[&str], otherwise: &str) -> Self {
        let is_known = known.contains(&text.trim_start_matches('-'));
        let text = if is_known { text } else { otherwise };
        let direction = if text.starts_with('-') {
            Sorted::Descending
        } else {
            Sorted::Ascending
        };
        Self {
            key: text.trim_start_matches('-').to_owned(),
            direction,
        }
    }

    pub fn descends(&self) -> bool {
        self.direction == Sorted::Descending
    }

    /// The head of a sortable column. The first click on a number sorts the highest first, on a text the first letter.
    pub fn column(&self, text: &str, key: &str, kind: Kind, address: &Address) -> Column {
        let sorted = (self.key == key).then_some(self.direction);
        let downwards = match sorted {
            Some(direction) => direction == Sorted::Ascending,
            None => kind == Kind::Number,
        };
        let sign = if downwards { "-" } else { "" };
        let class = if kind == Kind::Number { "r" } else { "" };
        let href = address
            .clone()
            .clear("sort")
            .with("sort", format!("{sign}{key}"));
        Column {
            text: text.to_owned(),
            class,
            href: Some(href.to_string()),
            sorted,
            target: None,
            hidden: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
}

impl Column {
    /// A column that does not sort.
    pub fn plain(text: impl Into<String>, kind: Kind) -> Self {
        let class = if kind == Kind::Number { "r" } else { "" };
        Self {
            text: text.into(),
            class,
            href: None,
            sorted: None,
            target: None,
            hidden: false,
        }
    }

    /// A column whose head is only read aloud.
    pub fn silent(text: impl Into<String>) -> Self {
        Self {
            hidden: true,
            ..Self::plain(text, Kind::Text)
        }
    }

    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    pub fn target(mut self, target: &'static str) -> Self {
        self.target = Some(target);
        self
    }
}

/// Pages of a list: what is shown of how many, rows per page, and links to the pages (convention 19).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="pager"><span class="num" data-count>{{ range() }}</span>{% if total > 0 %}<span class="only-wide pager-rows">Rows{% for size in Self::SIZES %} <a href="{{ address.clone().clear("page").set("rows", size) }}"{% if size == rows %} aria-current="true"{% endif %} aria-label="{{ size }} rows per page">{{ size }}</a>{% endfor %}</span>{% endif %}{% if pages() > 1 %}<nav aria-label="Pages">{% if page > 1 %}<a href="{{ at(page - 1) }}" rel="prev" aria-label="Previous page">{{ crate::kit::marks::icon("chevron-left") }}</a>{% endif %}{% for step in steps() %}{% match step %}{% when Some(n) %}<a href="{{ at(**n) }}"{% if *n == page %} aria-current="page"{% endif %} aria-label="Page {{ n }}">{{ n }}</a>{% when None %}<span aria-hidden="true">…</span>{% endmatch %}{% endfor %}{% if page < pages() %}<a href="{{ at(page + 1) }}" rel="next" aria-label="Next page">{{ crate::kit::marks::icon("chevron-right") }}</a>{% endif %}</nav>{% endif %}</div>"#
)]
pub struct Pager {
    /// From 1.
    pub page: u64,
    pub rows: u64,
    pub total: u64,
    pub address: Address,
    pub locale: Locale,
}

impl Pager {
    pub const SIZES: [u64; 3] = [25, 50, 100];

    /// A page number and row count out of an address, brought into their bounds.
    pub fn new(
        page: Option<u64>,
        rows: Option<u64>,
        total: u64,
        address: Address,
        locale: Locale,
    ) -> Self {
        let rows = rows.filter(|rows| Self::SIZES.contains(rows)).unwrap_or(50);
        let last = total.div_ceil(rows).max(1);
        Self {
            page: page.unwrap_or(1).clamp(1, last),
            rows,
            total,
            address,
            locale,
        }
    }

    /// How many rows to skip: SQL's OFFSET.
    pub fn offset(&self) -> u64 {
        (self.page - 1) * self.rows
    }

    fn pages(&self) -> u64 {
        self.total.div_ceil(self.rows).max(1)
    }

    fn at(&self, page: u64) -> Address {
        let address = self.address.clone().clear("page");
        if page <= 1 {
            address
        } else {
            address.with("page", page)
        }
    }

    fn range(&self) -> String {
        let write = |value: u64| count(value.try_into().unwrap_or(i64::MAX), self.locale);
        if self.total == 0 {
            return "0 rows".to_owned();
        }
        let first = self.offset() + 1;
        let last = (self.offset() + self.rows).min(self.total);
        format!("{}–{} of {}", write(first), write(last), write(self.total))
    }

    /// First, last and the neighbours of the current page; `None` where pages are left out.
    fn steps(&self) -> Vec<Option<u64>> {
        let last = self.pages();
        let mut steps = Vec::new();
        let mut before = 0;
        for page in
            (1..=last).filter(|page| *page == 1 || *page == last || page.abs_diff(self.page) <= 1)
        {
            if page == before + 2 {
                steps.push(Some(page - 1));
            } else if page > before + 1 {
                steps.push(None);
            }
            steps.push(Some(page));
            before = page;
        }
        steps
    }
}

/// The bar that appears when rows are picked: a form of its own, to which the rows' check boxes belong by
/// `form="bulk" name="pick"` (see [`pick`]); each button carries its own `formaction`. It appears without script too.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<form class="bulk" id="bulk" method="post" aria-label="Actions for selected {{ noun }}"><span class="n js"><span data-n>0</span> selected</span>{% for action in actions %}<button class="btn ghost" type="submit" formaction="{{ action.href }}">{{ crate::kit::marks::icon_s(action.icon) }}{{ action.text }}</button>{% endfor %}<button class="btn ghost sq" type="reset" data-clear aria-label="Clear selection" data-tip="Clear selection">{{ crate::kit::marks::icon_s("x") }}</button></form>"#
)]
pub struct BulkBar {
    /// What is picked, in the plural: "suppliers".
    pub noun: String,
    pub actions: Vec<BulkAction>,
}

#[derive(Debug, Clone)]
pub struct BulkAction {
    pub text: String,
    pub icon: &'static str,
    pub href: String,
}

/// A row's check box, belonging to the [`BulkBar`].
pub fn pick(value: impl ToString, name: &str) -> Html {
    Html::trusted(format!(
        "<input class=\"check\" type=\"checkbox\" form=\"bulk\" name=\"pick\" value=\"{}\" aria-label=\"Select {}\">",
        super::esc(&value.to_string()),
        super::esc(name)
    ))
}

/// The check box in the table's head that picks every row of the page; it needs the script, so it shows only with it.
pub fn pick_all() -> Html {
    Html::trusted(
        "<input class=\"check js\" type=\"checkbox\" form=\"bulk\" data-pick-all aria-label=\"Select all on this page\">"
            .to_owned(),
    )
}

/// Nothing to show: why, and one action (convention 40).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="blank">{{ crate::kit::marks::icon(icon) }}<h2>{{ title }}</h2><p>{{ text }}</p>{% if let Some((label, href)) = action %}<a class="btn" href="{{ href }}">{{ label }}</a>{% endif %}</div>"#
)]
pub struct Blank {
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    pub action: Option<(String, String)>,
}

impl Blank {
    pub fn new(icon: &'static str, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            icon,
            title: title.into(),
            text: text.into(),
            action: None,
        }
    }

    pub fn action(mut self, label: impl Into<String>, href: impl ToString) -> Self {
        self.action = Some((label.into(), href.to_string()));
        self
    }
}

/// Previous and next record within the list one came from (convention 8).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<span class="xs t3 only-wide num">{{ position }} of {{ of }}</span>{% if let Some((name, href)) = previous %}<a class="btn ghost sq" rel="prev" href="{{ href }}" aria-label="Previous: {{ name }}" data-tip="Previous: {{ name }}">{{ crate::kit::marks::icon("chevron-up") }}</a>{% endif %}{% if let Some((name, href)) = next %}<a class="btn ghost sq" rel="next" href="{{ href }}" aria-label="Next: {{ name }}" data-tip="Next: {{ name }}">{{ crate::kit::marks::icon("chevron-down") }}</a>{% endif %}"#
)]
pub struct Neighbours {
    pub position: String,
    pub of: String,
    /// Name and address.
    pub previous: Option<(String, String)>,
    pub next: Option<(String, String)>,
}

impl HtmlSafe for Tabs {}
impl HtmlSafe for Column {}
impl HtmlSafe for Pager {}
impl HtmlSafe for BulkBar {}
impl HtmlSafe for Blank {}
impl HtmlSafe for Neighbours {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_one_parameter_and_keeps_the_rest() {
        let address = Address::new("/suppliers")
            .with("q", "Ärger & Söhne")
            .with("tier", "1")
            .with("tier", "2")
            .with("page", 3);
        assert_eq!(
            address.to_string(),
            "/suppliers?q=%C3%84rger%20%26%20S%C3%B6hne&tier=1&tier=2&page=3"
        );
        assert_eq!(
            address
                .clone()
                .without("tier", "1")
                .set("q", "")
                .to_string(),
            "/suppliers?tier=2"
        );
        assert_eq!(
            address.clear("tier").set("q", "x").to_string(),
            "/suppliers?q=x"
        );
    }

    #[test]
    fn the_pager_stays_within_its_bounds() {
        let pager = |page, total| {
            Pager::new(
                Some(page),
                Some(50),
                total,
                Address::new("/s"),
                Locale::EnGb,
            )
        };
        assert_eq!(pager(99, 120).page, 3);
        assert_eq!(pager(0, 120).page, 1);
        assert_eq!(pager(1, 0).range(), "0 rows");
        assert_eq!(pager(3, 120).range(), "101–120 of 120");
        assert_eq!(pager(2, 4_020).range(), "51–100 of 4,020");
        assert_eq!(
            pager(6, 1000).steps(),
            [Some(1), None, Some(5), Some(6), Some(7), None, Some(20)]
        );
        assert_eq!(pager(3, 200).steps(), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(pager(1, 50).offset(), 0);
        assert_eq!(
            pager(2, 120).at(1).to_string(),
            "/s",
            "page 1 is the plain address"
        );
    }

    #[test]
    fn a_column_head_turns_its_order_round() {
        let sort = Sort::parse("-spend", &["spend", "name"], "name");
        assert!(sort.descends());
        let address = Address::new("/s")
            .with("q", "x")
            .with("sort", "-spend")
            .with("page", 2);
        let spend = sort
            .column("Spend", "spend", Kind::Number, &address)
            .to_string();
        assert!(
            spend.contains(r#"aria-sort="descending""#) && spend.contains("/s?q=x&#38;sort=spend"),
            "{spend}"
        );
        let name = sort
            .column("Supplier", "name", Kind::Text, &address)
            .to_string();
        assert!(
            !name.contains("aria-sort") && name.contains("sort=name"),
            "{name}"
        );
        assert_eq!(
            Sort::parse("secret", &["name"], "name").key,
            "name",
            "unknown keys never reach a query"
        );
    }
}
