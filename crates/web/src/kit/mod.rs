//! What pages are made of: the frames, the components, the words for numbers and dates. It knows no domain: every
//! component takes plain data and prints itself, escaped, in a template as `{{ value }}`.
//!
//! A page is a view that carries its frame, and a template beside it that fills the frame's blocks:
//!
//! ```text
//! #[derive(Template)]
//! #[template(path = "suppliers/list.html", blocks = ["results"])]
//! struct List { shell: Shell, tabs: Tabs, columns: Vec<Column>, rows: Vec<Row>, pager: Pager }
//!
//! async fn list(hx: Hx, Query(asked): Query<Asked>, …) -> Result<Page, Problem> {
//!     let address = Address::new("/suppliers").with("q", &asked.q).with("sort", &asked.sort);
//!     let sort = Sort::parse(&asked.sort, &["name", "spend"], "-spend");
//!     let columns = vec![
//!         sort.column("Supplier", "name", Kind::Text, &address).target("#results"),
//!         sort.column("Spend, 12 m", "spend", Kind::Number, &address).target("#results"),
//!     ];
//!     let pager = Pager::new(asked.page, asked.rows, total, address, shell.locale);
//!     let view = List { shell, tabs, columns, rows, pager };
//!     Ok(Page::of(&hx, &view, &view.as_results()))
//! }
//! ```
//!
//! ```text
//! {% extends "kit/shell.html" %}
//! {% import "kit/ui.html" as ui %}
//! {% block title %}Suppliers{% endblock %}
//! {% block breadcrumb %}{% call ui::here("Suppliers") %}{% endcall %}{% endblock %}
//! {% block actions %}<a class="btn primary" href="/suppliers/new">New supplier</a>{% endblock %}
//! {% block content %}<div class="page">
//!   {% call ui::page_head("Suppliers", "Everyone we buy from") %}{% endcall %}
//!   {{ tabs }}
//!   <div id="results">{% block results %}
//!     <table class="tbl list"><caption class="vh">Suppliers</caption>
//!       <thead><tr>{% for column in columns %}{{ column }}{% endfor %}</tr></thead>
//!       <tbody>{% for row in rows %}<tr><th scope="row"><a class="name" href="{{ row.href }}">{{ row.name }}</a></th>
//!         <td class="r">{{ row.spend }}</td></tr>{% endfor %}</tbody></table>
//!     {{ pager }}{% endblock %}</div>
//! </div>{% endblock %}
//! ```
//!
//! Worth knowing before the first page:
//!
//! - In a template a field is a reference: write `{{ tier(row.name.as_str(), *row.bars) }}`. Components print as they are;
//!   everything else is escaped.
//! - [`Html`] is the type of slots that take either: `"text".into()` escapes, `Html::of(component)` renders.
//! - A frame expects these addresses: `GET /`, `GET /search?q=` answering [`panel::SearchHits`], `POST /sign-out`,
//!   `GET /portal`, and the addresses of [`NavItem::entry`]. Forms carry no token: the
//!   server refuses what another site sends.
//! - A list table that becomes cards on a phone keeps its roles: copy `kit/gallery/list.html`. `stick` keeps a column in
//!   sight; `m-cat`, `m-score`, `m-risk` and `pick` are the cells a phone shows.
//! - Layout: `.page` holds blocks; `.grid` has twelve columns, taken by `w3` to `w8`, or `.stack`s of cards; `.fit` on the
//!   body (block `body_class`) makes a list fill the window.
//! - Script hooks are attributes: `data-open`, `data-copy`, `data-print`, `data-density`, `data-slash`, `data-tip`,
//!   `data-keys="n s"`. What works only with script carries the class `js` and is hidden without.
//! - No style attributes, no inline script, every `hx-*` on its own element, no `hx-on`, no `js:` values.
//!
//! What there is:
//!
//! - [`shell`]: [`Shell`], [`PortalShell`], [`BareShell`] with `kit/shell.html`, `kit/portal.html`, `kit/bare.html`;
//!   blocks `title`, `breadcrumb`, `actions`, `content` (the portal: `title`, `content`, `footer`; bare: `title`, `content`).
//! - [`page`]: [`Hx`], [`Page`], [`Problem`], [`redirect`].
//! - [`list`]: `Address`, `Tabs`, `Sort` and `Column`, `Pager`, `BulkBar` with `pick`, `Blank`, `Neighbours`.
//! - [`filter`]: `Chip`, `FilterMenu` (filters, columns), `ChangedView` (save and reset).
//! - [`form`]: `Errors`, `Field`, `SaveBar`. Forms carry no token: the server refuses what another site sends.
//! - [`panel`]: `Figures`, `Why`, `Props`, `Timeline`, `Steps`, `Diff`, `Notice`, `Segments`, `SearchHits`.
//! - [`rows`]: `RecordHead`, `Rows`, `Tasks`, `Menu`, `link_button`.
//! - [`marks`]: icons, badges, tier, level, grade, delta, avatars, score bar, progress, code.
//! - [`crate::charts`]: every chart, printed as `{{ chart }}`, with its table.
//! - [`mod@format`]: money, percent, dates, recent times, and `missing`, all for a [`Locale`].
//! - [`gallery`]: every component with sample data at `/_gallery`; in development builds only. Its list and form are the
//!   pattern for real ones.
//! - `kit/ui.html`: macros that hold other content: `page_head`, `card`, `card_flush`, `wide`, `crumb`, `here`, `more`.

pub mod filter;
pub mod form;
pub mod format;
#[cfg(debug_assertions)]
pub mod gallery;
mod html;
pub mod list;
pub mod marks;
pub mod page;
pub mod panel;
pub mod rows;
pub mod shell;

pub(crate) use self::html::esc;
pub use self::{
    format::Locale,
    html::Html,
    marks::{Level, Tone},
    page::{Hx, Page, Problem, redirect},
    shell::{
        BareShell, Create, Flash, NavItem, Person, PinnedView, PortalNav, PortalShell, Shell, Theme,
    },
};
