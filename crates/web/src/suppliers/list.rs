//! Every supplier as a list: search, filters, order, saved views.

use askama::Template;
use axum::extract::{RawQuery, State};
use keelson_domain::{
    SupplierId,
    access::Permission,
    suppliers::{self, Column as By, ListQuery, PAGE_ROWS, Row as Supplier, SavedView},
};

use super::{
    filters,
    views::{self, LIST},
    words::{self, Pages},
};
use crate::{
    App, Result, Signed,
    charts::{self, Course},
    kit::{
        Html, Hx, Locale, NavItem, Page, Shell,
        filter::{ChangedView, Chip, FilterMenu},
        format::{self, count, number, percent},
        list::{Address, Blank, BulkAction, BulkBar, Column, Kind, Sort, Sorted, Tabs},
        marks::{self, Better},
    },
    performance::words as figures,
};

#[derive(Template)]
#[template(path = "suppliers/list.html", blocks = ["results"])]
struct View {
    shell: Shell,
    may_create: bool,
    exports: Option<[(&'static str, Address); 2]>,
    tabs: Tabs,
    query: String,
    address: Address,
    chips: Vec<Chip>,
    filters: FilterMenu,
    chooser: FilterMenu,
    changed: Option<ChangedView>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pages: Pages,
    blank: Blank,
    bulk: Option<BulkBar>,
    /// The list's own words, for coming back to it.
    list: String,
}

struct Row {
    id: SupplierId,
    name: String,
    href: String,
    cells: Vec<Cell>,
}

struct Cell {
    class: &'static str,
    value: Html,
}

/// Reads an address; check boxes send each column by itself.
pub(super) fn read(raw: Option<&str>) -> ListQuery {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        match pairs
            .iter_mut()
            .find(|(known, _)| name == "columns" && known == "columns")
        {
            Some((_, columns)) => {
                columns.push(',');
                columns.push_str(&value);
            }
            None => pairs.push((name.into_owned(), value.into_owned())),
        }
    }
    let mut query = ListQuery::from_pairs(
        pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    // The usual columns, ticked as they are, are no choice: the address stays short and their order the usual one.
    let shown = query.shown_columns();
    if shown.len() == By::USUAL.len() && By::USUAL.iter().all(|by| shown.contains(by)) {
        query.columns.clear();
    }
    query
}

pub(super) fn address(path: &str, query: &ListQuery) -> Address {
    query
        .first_page()
        .pairs()
        .into_iter()
        .fold(Address::new(path), |address, (name, value)| {
            address.with(name, value)
        })
}

/// A supplier's page, opened from a list: it leads on to the next one in it.
pub(super) fn open(id: SupplierId, query: &ListQuery) -> Address {
    let list = query.first_page().to_query_string();
    let address = Address::new(format!("/suppliers/{id}"));
    address.with("list", if list.is_empty() { "all" } else { &list })
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    RawQuery(raw): RawQuery,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let currency = signed.organisation().currency;
    let asked = read(raw.as_deref());
    let found = suppliers::list(db, &asked, currency).await?;
    let facets = suppliers::facets(db).await?;
    let views = suppliers::views(db, LIST, signed.person().id).await?;
    let opened = opened(raw.as_deref(), &views);
    let mut address = address("/suppliers", &asked);
    if let Some(view) = opened {
        address = address.with("view", view.id);
    }
    let mut lists: Vec<ListQuery> = views.iter().map(|view| read(Some(&view.query))).collect();
    lists.push(ListQuery::default());
    let counts = suppliers::counts(db, &lists, currency).await?;
    let all = counts.last().copied().unwrap_or_default();
    let shown = asked.shown_columns();
    let mut view = View {
        may_create: signed.may(Permission::EditSuppliers),
        exports: signed.may(Permission::ExportData).then(|| {
            let file =
                |format: &str| self::address("/suppliers/export", &asked).with("format", format);
            [("CSV", file("csv")), ("Excel", file("xlsx"))]
        }),
        tabs: tabs(opened, &views, &counts, locale),
        query: asked.text.clone(),
        chips: filters::chips(&asked, &facets, &address),
        filters: filters::menu(&asked, &facets, currency.code()),
        chooser: filters::chooser(&shown),
        changed: changed(&asked, opened, &signed),
        bulk: bulk(&signed),
        list: asked.first_page().to_query_string(),
        columns: shown.iter().map(|by| head(*by, &asked, &address)).collect(),
        rows: found
            .rows
            .iter()
            .map(|row| Row {
                id: row.id,
                name: row.name.clone(),
                href: open(row.id, &asked).to_string(),
                cells: shown[1..]
                    .iter()
                    .map(|by| cell(*by, row, currency.code(), locale))
                    .collect(),
            })
            .collect(),
        pages: Pages::new(
            found.page,
            found.pages,
            PAGE_ROWS,
            found.total,
            &address,
            locale,
        )
        .note(summary(&found, currency.code(), locale)),
        blank: blank(all, &signed),
        address,
        shell: signed.shell(NavItem::Suppliers),
    };
    if asked.is_filtered() && all > 0 {
        view.blank = Blank::new(
            "search-x",
            "No supplier fits",
            "Remove a filter, or search for another name, number, city or identifier.",
        )
        .action("Show all suppliers", "/suppliers");
    }
    Ok(Page::of(&hx, &view, &view.as_results()))
}

fn blank(all: u64, signed: &Signed) -> Blank {
    let blank = Blank::new(
        "building-2",
        "No suppliers yet",
        "Suppliers appear here once a file is imported or somebody creates one.",
    );
    if all > 0 {
        blank
    } else if signed.may(Permission::ImportFacts) {
        blank.action("Import a file", "/imports/new")
    } else if signed.may(Permission::EditSuppliers) {
        blank.action("New supplier", "/suppliers/new")
    } else {
        blank
    }
}

fn summary(found: &suppliers::Page, currency: &str, locale: Locale) -> String {
    let mut words = Vec::new();
    if let Some(spend) = found.spend_minor {
        words.push(format!(
            "{} spent in 12 months",
            format::money_compact(spend, currency, locale)
        ));
    }
    if let Some(score) = found.score_centi {
        words.push(format!(
            "score {}, weighted by spend",
            number(score as f64 / 100.0, 1, locale)
        ));
    }
    words.join(", ")
}

/// The saved view the address says it began as.
fn opened<'a>(raw: Option<&str>, views: &'a [SavedView]) -> Option<&'a SavedView> {
    let id = form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "view")
        .map(|(_, id)| id.into_owned())?;
    views.iter().find(|view| view.id.to_string() == id)
}

fn tabs(opened: Option<&SavedView>, views: &[SavedView], counts: &[u64], locale: Locale) -> Tabs {
    let at = |place: usize| counts.get(place).copied().unwrap_or_default() as i64;
    let tabs = Tabs::new("Saved views").counted(
        "All suppliers",
        "/suppliers",
        opened.is_none(),
        at(views.len()),
        locale,
    );
    views.iter().enumerate().fold(tabs, |tabs, (place, view)| {
        let current = opened.is_some_and(|opened| opened.id == view.id);
        tabs.counted(&view.name, views::address(view), current, at(place), locale)
    })
}

/// What is offered once the list is no longer as its view keeps it.
fn changed(asked: &ListQuery, opened: Option<&SavedView>, signed: &Signed) -> Option<ChangedView> {
    let kept = opened.map_or_else(ListQuery::default, |view| read(Some(&view.query)));
    if asked.first_page().pairs() == kept.first_page().pairs() {
        return None;
    }
    let own = opened.filter(|view| view.created_by == Some(signed.person().id));
    Some(ChangedView {
        reset: opened.map_or_else(|| "/suppliers".to_owned(), views::address),
        save: "/suppliers/views".to_owned(),
        address: address("/suppliers", asked),
        name: opened.map_or_else(String::new, |view| view.name.clone()),
        replaces: own.map(|view| view.id.to_string()),
        may_share: signed.may(Permission::ShareViews),
    })
}

/// What can be done with picked suppliers; nothing where this person may change none.
fn bulk(signed: &Signed) -> Option<BulkBar> {
    let mut actions = Vec::new();
    let mut offer = |may: Permission, text: &str, icon, what: &str| {
        if signed.may(may) {
            actions.push(BulkAction {
                text: text.to_owned(),
                icon,
                href: format!("/suppliers/bulk/{what}"),
            });
        }
    };
    offer(Permission::EditSuppliers, "Owner", "user-round", "owner");
    offer(Permission::EditSuppliers, "Category", "box", "category");
    offer(
        Permission::ApproveSuppliers,
        "Status",
        "list-checks",
        "status",
    );
    (!actions.is_empty()).then(|| BulkBar {
        noun: "suppliers".to_owned(),
        actions,
    })
}

fn head(by: By, asked: &ListQuery, address: &Address) -> Column {
    let kind = if by.is_number() {
        Kind::Number
    } else {
        Kind::Text
    };
    let sort = Sort {
        key: asked.sort.by.code().to_owned(),
        direction: if asked.sort.descending {
            Sorted::Descending
        } else {
            Sorted::Ascending
        },
    };
    let column = sort
        .column(by.title(), by.code(), kind, address)
        .target("#results");
    if by == By::Name {
        column.class("stick name-col")
    } else {
        column
    }
}

fn cell(by: By, row: &Supplier, currency: &str, locale: Locale) -> Cell {
    let class = match by {
        By::Category => "m-cat t2",
        By::Score => "r m-score",
        by if by.is_number() => "r",
        _ => "",
    };
    Cell {
        class,
        value: value(by, row, currency, locale),
    }
}

fn value(by: By, row: &Supplier, currency: &str, locale: Locale) -> Html {
    match by {
        By::Name => Html::from(&row.name),
        By::Number => Html::from(&row.number),
        By::Status => words::status(row.status),
        By::Category => words::text(row.category.as_ref(), "no category"),
        By::Tier => words::tier(row.tier.as_deref()),
        By::Quadrant => format::or_missing(
            row.quadrant.as_deref().map(words::tier_words),
            "not placed yet",
        ),
        By::Owner => row
            .owner_name
            .as_deref()
            .map_or_else(|| format::missing("nobody"), marks::person),
        By::Country => words::country(row.country),
        By::City => words::text(row.city.as_ref(), "no city"),
        By::Spend => figures::spend(row.spend_minor, &row.spend_elsewhere, currency, locale),
        By::Abc => words::abc(row.abc.as_deref()),
        By::Score => figures::score(row.score_centi, "not scored yet", locale),
        By::Trend => trend(row, locale),
        By::Grade => words::grade(row.grade.as_deref()),
        By::OnTime => format::or_missing(
            row.on_time_ppm
                .map(|ppm| percent(ppm as f64 / 1_000_000.0, 1, locale)),
            "no receipts",
        ),
        By::Ppm => format::or_missing(
            row.ppm_milli
                .map(|milli| number(milli as f64 / 1000.0, 0, locale)),
            "not inspected",
        ),
        By::OrderLines => format::or_missing(
            row.order_lines.map(|lines| count(lines, locale)),
            "no orders",
        ),
        By::LastReceipt => row.last_receipt.map_or_else(
            || format::missing("no receipts"),
            |on| format::day(on, locale),
        ),
        By::PartnerSince => {
            format::or_missing(row.partner_since.map(|year| year.to_string()), "not known")
        }
        By::Changed => format::day(row.changed.date_naive(), locale),
    }
}

fn trend(row: &Supplier, locale: Locale) -> Html {
    let change = row.score_delta_centi.map_or_else(
        || format::missing("one quarter only"),
        |centi| marks::delta(centi as f64 / 100.0, 1, "", Better::Higher, locale),
    );
    let points: Vec<Option<f64>> = row
        .score_trend
        .iter()
        .map(|score| score.map(|centi| centi as f64 / 100.0))
        .collect();
    if points.iter().flatten().count() < 2 {
        return change;
    }
    marks::beside(charts::spark(&points, Course::Neither), change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_sent_one_by_one_are_one_choice() {
        let query = read(Some(
            "q=a%20b&columns=city&columns=spend&status=active&status=blocked",
        ));
        assert_eq!(query.shown_columns(), [By::Name, By::City, By::Spend]);
        assert_eq!(query.status.len(), 2);
        assert_eq!(query.text, "a b");
    }
}
