//! Every component and every chart with sample data, on a few pages under `/_gallery`: to look at while building, and
//! for the tests that render each template and check it in a browser. Not part of a release build.

mod charts;
mod samples;

use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use std::collections::HashMap;

use super::{
    Hx, Page, Problem,
    filter::{ChangedView, Chip, FilterMenu},
    form::{Choice, Errors, Field, SaveBar},
    list::{Address, Blank, BulkBar, Column, Kind, Neighbours, Pager, Sort, Tabs},
    marks::Tone,
    panel::{Diff, Figures, Notice, Props, SearchHit, SearchHits, Segments, Steps, Timeline, Why},
    rows::{Menu, RecordHead, Rows, Tasks},
    shell::{BareShell, NavItem, PortalShell, Shell},
};

/// The gallery's pages.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/_gallery",
            get(async || Page::whole(&samples::components())),
        )
        .route(
            "/_gallery/charts",
            get(async || Page::whole(&charts::sheet())),
        )
        .route("/_gallery/list", get(list))
        .route(
            "/_gallery/form",
            get(async || Page::whole(&form(Answers::sample(), Errors::none()))).post(submit),
        )
        .route(
            "/_gallery/record",
            get(async || Page::whole(&samples::record())),
        )
        .route(
            "/_gallery/portal",
            get(async || Page::whole(&samples::portal())),
        )
        .route(
            "/_gallery/sign-in",
            get(async || Page::whole(&samples::sign_in())),
        )
        .route("/_gallery/problem/{status}", get(problem))
}

/// What the palette asks, where the product's own search is not running.
pub fn search_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/search", get(search))
}

/// All components but those of the pages below.
#[derive(Template)]
#[template(path = "kit/gallery/components.html")]
struct Components {
    shell: Shell,
    figures: Figures,
    periods: Segments,
    why: Why,
    rows: Rows,
    timeline: Timeline,
    props: Props,
    steps: Steps,
    diff: Diff,
    blank: Blank,
    notices: Vec<Notice>,
    menu: Menu,
}

/// A record in the manner of the supplier page.
#[derive(Template)]
#[template(path = "kit/gallery/record.html")]
struct Record {
    shell: Shell,
    head: RecordHead,
    neighbours: Neighbours,
    figures: Figures,
    tabs: Tabs,
    radar: crate::charts::Radar,
    props: Props,
    timeline: Timeline,
}

#[derive(Template)]
#[template(path = "kit/gallery/portal.html")]
struct Portal {
    shell: PortalShell,
    tasks: Tasks,
    forecast: crate::charts::Columns,
}

#[derive(Template)]
#[template(path = "kit/gallery/sign_in.html")]
struct SignIn {
    shell: BareShell,
    errors: Errors,
    fields: Vec<Field>,
}

/// A list: filters, sort and page in the address, the results a block of their own.
#[derive(Template)]
#[template(path = "kit/gallery/list.html", blocks = ["results"])]
struct List {
    shell: Shell,
    views: Tabs,
    query: String,
    address: Address,
    chips: Vec<Chip>,
    filters: FilterMenu,
    shown: FilterMenu,
    changed: Option<ChangedView>,
    columns: Vec<Column>,
    rows: Vec<samples::Supplier>,
    pager: Pager,
    blank: Blank,
    bulk: BulkBar,
}

async fn list(hx: Hx, Query(asked): Query<HashMap<String, String>>) -> Page {
    let asked = |key: &str| asked.get(key).cloned().unwrap_or_default();
    let (query, tier) = (asked("q"), asked("tier"));
    let sort = Sort::parse(
        &asked("sort"),
        &["name", "tier", "spend", "score"],
        "-spend",
    );
    let address = Address::new("/_gallery/list")
        .with("q", &query)
        .with("tier", &tier)
        .with("sort", asked("sort"));
    let all = samples::suppliers(&query, &tier, &sort);
    let shell = samples::shell(NavItem::Suppliers);
    let total = all.len() as u64;
    let pager = Pager::new(
        asked("page").parse().ok(),
        asked("rows").parse().ok(),
        total,
        address.clone(),
        shell.locale,
    );
    let rows = all
        .into_iter()
        .skip(pager.offset() as usize)
        .take(pager.rows as usize)
        .collect();
    let sorted =
        |text: &str, key: &str, kind| sort.column(text, key, kind, &address).target("#results");
    let columns = vec![
        sorted("Supplier", "name", Kind::Text).class("stick name-col"),
        Column::plain("Category", Kind::Text),
        sorted("Tier", "tier", Kind::Text),
        sorted("Spend, 12 m", "spend", Kind::Number),
        sorted("Score", "score", Kind::Number),
        Column::plain("Two years", Kind::Text),
        Column::plain("Risk", Kind::Text),
        Column::plain("Contract ends", Kind::Number),
    ];
    let chips = if tier.is_empty() {
        Vec::new()
    } else {
        vec![Chip::new(
            "Tier",
            &tier,
            address.clone().without("tier", &tier),
        )]
    };
    let is_changed = !chips.is_empty() || !query.is_empty();
    let changed = is_changed.then(|| samples::changed(&address));
    let view = List {
        views: samples::views(shell.locale),
        bulk: samples::bulk(),
        blank: Blank::new(
            "search-x",
            "No supplier matches these filters",
            "Remove a filter or search for something else. Retired suppliers are left out of this view.",
        )
        .action("Clear filters", "/_gallery/list"),
        query,
        address,
        filters: samples::filters(&tier),
        shown: samples::columns(),
        changed,
        chips,
        columns,
        shell,
        rows,
        pager,
    };
    Page::of(&hx, &view, &view.as_results())
}

/// A form: validated on submit, answered with 422 and the form itself.
#[derive(Template)]
#[template(path = "kit/gallery/form.html", blocks = ["form"])]
struct ContractForm {
    shell: Shell,
    errors: Errors,
    agreement: Vec<Field>,
    dates: Vec<Field>,
    more: Vec<Field>,
    save: SaveBar,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Answers {
    title: String,
    kind: String,
    start: String,
    end: String,
    value: String,
    note: String,
}

impl Answers {
    fn sample() -> Self {
        Self {
            kind: "frame".into(),
            start: "1 Feb 2027".into(),
            ..Self::default()
        }
    }
}

fn form(answers: Answers, errors: Errors) -> ContractForm {
    let kinds = vec![
        Choice::new("frame", "Frame agreement"),
        Choice::new("service", "Service contract"),
    ];
    let terms = vec![
        Choice::new("once", "Ends on its date"),
        Choice::new("renews", "Renews").hint("For twelve months unless someone gives notice"),
    ];
    let agreement = vec![
        Field::text("title", "Title")
            .hint("As printed on the first page")
            .value(answers.title),
        Field::select("kind", "Type", kinds).value(answers.kind),
        Field::radios("term", "At the end", terms).value("renews"),
    ];
    let dates = vec![
        Field::date("start", "Starts").value(answers.start),
        Field::date("end", "Ends").value(answers.end),
    ];
    let more = vec![
        Field::number("value", "Value a year, EUR").value(answers.value),
        Field::text_area("note", "Note", 3)
            .optional()
            .value(answers.note),
        Field::file("file", "Signed contract", ".pdf")
            .hint("PDF, up to 20 MB")
            .optional(),
        Field::check(
            "remind",
            "Remind the owner 60, 30 and 7 days before notice",
            true,
        ),
    ];
    let wire = |fields: Vec<Field>| {
        fields
            .into_iter()
            .map(|field| field.error(&errors))
            .collect()
    };
    let mut shell = samples::shell(NavItem::Suppliers);
    shell.has_errors = !errors.is_empty();
    ContractForm {
        agreement: wire(agreement),
        dates: wire(dates),
        more: wire(more),
        save: SaveBar::new("Save contract").cancel("/_gallery/record"),
        shell,
        errors,
    }
}

async fn submit(hx: Hx, Form(answers): Form<Answers>) -> Response {
    let mut errors = Errors::none();
    if answers.title.trim().is_empty() {
        errors.add("title", "Enter a title for the contract");
    }
    if answers.end.trim().is_empty() {
        errors.add("end", "Enter an end date, for example 31 January 2029");
    }
    if !answers.value.chars().any(|c| c.is_ascii_digit()) {
        errors.add(
            "value",
            "Enter the yearly value in figures, for example 4 800 000",
        );
    }
    if errors.is_empty() {
        return super::redirect(&hx, "/_gallery/record");
    }
    let view = form(answers, errors);
    Page::of(&hx, &view, &view.as_form())
        .unprocessable()
        .into_response()
}

async fn problem(Path(status): Path<u16>) -> Problem {
    let shell = BareShell {
        organisation: "Aldermark".into(),
        ..BareShell::default()
    };
    match StatusCode::from_u16(status) {
        Ok(StatusCode::UNPROCESSABLE_ENTITY) => Problem::unprocessable(
            shell,
            "This file cannot be read",
            "It is 12 MB of something that is neither CSV nor XLSX. Export it again from the ERP, as CSV or XLSX.",
        )
        .way_out("Choose another file", "/imports/new"),
        Ok(StatusCode::INTERNAL_SERVER_ERROR) => Problem::internal(shell, "7f3a-91c2"),
        _ => Problem::not_found(shell),
    }
}

async fn search(Query(asked): Query<HashMap<String, String>>) -> impl IntoResponse {
    let query = asked.get("q").cloned().unwrap_or_default();
    let hits = samples::suppliers(&query, "", &Sort::parse("name", &["name"], "name"));
    let hit = |supplier: samples::Supplier| SearchHit {
        text: supplier.name,
        hint: "Supplier".into(),
        href: "/_gallery/record".into(),
        icon: None,
    };
    Page::whole(&SearchHits {
        hits: hits.into_iter().take(6).map(hit).collect(),
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, header},
    };
    use scraper::{Html, Selector};
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, String) {
        let response = router::<()>()
            .merge(crate::assets::router())
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (
            parts.status,
            parts.headers,
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    async fn page(path: &str) -> String {
        let (status, _, body) = ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert!(
            status.is_success() || path.contains("problem"),
            "{path}: {status}"
        );
        body
    }

    const PAGES: [&str; 11] = [
        "/_gallery",
        "/_gallery/charts",
        "/_gallery/list",
        "/_gallery/list?q=nothing-like-this",
        "/_gallery/form",
        "/_gallery/record",
        "/_gallery/portal",
        "/_gallery/sign-in",
        "/_gallery/problem/404",
        "/_gallery/problem/422",
        "/_gallery/problem/500",
    ];

    #[tokio::test]
    async fn every_template_renders_without_style_attributes_or_inline_script() {
        for path in PAGES {
            let body = page(path).await;
            let document = Html::parse_document(&body);
            let count =
                |selector: &str| document.select(&Selector::parse(selector).unwrap()).count();
            assert_eq!(
                count("[style], script:not([src]), style, [onclick], [hx-on]"),
                0,
                "{path}"
            );
            assert_eq!(count("h1"), 1, "{path}: one main heading");
            assert_eq!(count("main"), 1, "{path}");
            assert_eq!(
                count("table:not(:has(> caption))"),
                0,
                "{path}: every table has a caption"
            );
            assert_eq!(
                count("th:not([scope])"),
                0,
                "{path}: every head says what it heads"
            );
            assert!(!body.contains("NaN"), "{path}");
        }
    }

    #[tokio::test]
    async fn ids_are_unique_and_everything_referred_to_exists() {
        for path in PAGES {
            let document = Html::parse_document(&page(path).await);
            let mut ids = std::collections::HashSet::new();
            for element in document.select(&Selector::parse("[id]").unwrap()) {
                let id = element.attr("id").unwrap();
                assert!(
                    ids.insert(id.to_owned()),
                    "{path}: the id {id} is there twice"
                );
            }
            for name in [
                "aria-labelledby",
                "aria-describedby",
                "aria-controls",
                "for",
                "form",
            ] {
                for element in document.select(&Selector::parse(&format!("[{name}]")).unwrap()) {
                    for id in element.attr(name).unwrap().split_whitespace() {
                        assert!(ids.contains(id), "{path}: {name}={id} points nowhere");
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn htmx_gets_the_fragment_and_a_browser_going_back_the_page() {
        let list = |headers: &[(&str, &str)]| {
            let mut request = Request::get("/_gallery/list?q=castings");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            ask(request.body(Body::empty()).unwrap())
        };
        let (_, headers, fragment) =
            list(&[("hx-request", "true"), ("hx-target", "div#results")]).await;
        assert!(
            !fragment.contains("<html") && fragment.contains("Norrfjord"),
            "{fragment}"
        );
        assert!(
            headers[header::VARY]
                .to_str()
                .unwrap()
                .contains("HX-Request")
        );
        let (_, headers, whole) = list(&[
            ("hx-request", "true"),
            ("hx-history-restore-request", "true"),
        ])
        .await;
        assert!(whole.contains("<html"));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        let (_, headers, _) = list(&[]).await;
        assert!(
            headers[header::VARY]
                .to_str()
                .unwrap()
                .contains("HX-Request"),
            "also on the whole page"
        );
    }

    #[tokio::test]
    async fn a_form_that_needs_fixing_comes_back_with_422_its_errors_and_its_answers() {
        let post = |is_hx: &str| {
            let request = Request::post("/_gallery/form")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("hx-request", is_hx);
            ask(request
                .body(Body::from("title=Frame+%3C2027%3E&end=&value=lots"))
                .unwrap())
        };
        let (status, _, fragment) = post("true").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let document = Html::parse_fragment(&fragment);
        let texts = |selector: &str| -> Vec<String> {
            document
                .select(&Selector::parse(selector).unwrap())
                .map(|e| e.text().collect::<String>().trim().to_owned())
                .collect()
        };
        let summary = texts(".err-sum li");
        assert_eq!(
            summary,
            texts(".field .err"),
            "the same words in the summary and beside the field"
        );
        assert_eq!(summary.len(), 2);
        assert!(
            fragment.contains("Frame &#60;2027&#62;"),
            "answers are kept"
        );
        let (_, _, whole) = post("false").await;
        assert!(whole.contains("<title>Error: "), "the title says it too");
    }

    #[tokio::test]
    async fn a_good_form_redirects_the_browser_and_htmx_alike() {
        let post = |is_hx: &str| {
            let request = Request::post("/_gallery/form")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("hx-request", is_hx);
            ask(request
                .body(Body::from("title=Frame&end=31+Jan+2029&value=4800000"))
                .unwrap())
        };
        let (status, headers, _) = post("false").await;
        assert_eq!(
            (status, &headers[header::LOCATION]),
            (StatusCode::SEE_OTHER, &"/_gallery/record".parse().unwrap())
        );
        let (status, headers, _) = post("true").await;
        assert_eq!(
            (status, &headers["hx-redirect"]),
            (StatusCode::OK, &"/_gallery/record".parse().unwrap())
        );
    }

    #[tokio::test]
    async fn problems_carry_their_status_and_say_what_to_do() {
        for (path, status, words) in [
            (
                "/_gallery/problem/404",
                StatusCode::NOT_FOUND,
                "Search for it by name",
            ),
            (
                "/_gallery/problem/422",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Export it again",
            ),
            (
                "/_gallery/problem/500",
                StatusCode::INTERNAL_SERVER_ERROR,
                "7f3a-91c2",
            ),
        ] {
            let (got, _, body) = ask(Request::get(path).body(Body::empty()).unwrap()).await;
            assert_eq!(got, status);
            assert!(body.contains(words), "{path}");
        }
    }

    #[tokio::test]
    async fn every_asset_a_page_names_is_served_for_ever() {
        let document = Html::parse_document(&page("/_gallery").await);
        let mut seen = 0;
        for (selector, name) in [("link[href]", "href"), ("script[src]", "src")] {
            for element in document.select(&Selector::parse(selector).unwrap()) {
                let url = element.attr(name).unwrap();
                let request = Request::get(url)
                    .header(header::ACCEPT_ENCODING, "gzip, br")
                    .body(Body::empty())
                    .unwrap();
                let (status, headers, _) = ask(request).await;
                assert_eq!(status, StatusCode::OK, "{url}");
                assert!(
                    headers[header::CACHE_CONTROL]
                        .to_str()
                        .unwrap()
                        .contains("immutable"),
                    "{url}"
                );
                seen += 1;
            }
        }
        assert_eq!(seen, 6);
    }

    #[tokio::test]
    async fn the_first_page_stays_light() {
        let mut total = 0;
        for name in [
            "app.css",
            "app.js",
            "theme.js",
            "htmx.min.js",
            "icons.svg",
            "inter-latin.woff2",
        ] {
            let request = Request::get(crate::assets::asset_url(name))
                .header(header::ACCEPT_ENCODING, "gzip");
            let response = router::<()>()
                .merge(crate::assets::router())
                .oneshot(request.body(Body::empty()).unwrap())
                .await
                .unwrap();
            total += to_bytes(response.into_body(), usize::MAX)
                .await
                .unwrap()
                .len();
        }
        assert!(
            total < 100_000,
            "style, scripts, icons and font weigh {total} bytes compressed"
        );
    }
}
