//! The frames around a page: [`Shell`] for the buying company, [`PortalShell`] for a supplier, [`BareShell`] for sign-in
//! and errors. Plain data; each page's view carries one in a field `shell` and its template extends the matching file.

use super::{
    format::Locale,
    html::Html,
    marks::{self, Tone},
};

/// What surrounds every page of the buying company.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The organisation's name, beside the mark in the sidebar.
    pub organisation: String,
    /// Whether the organisation is the generated sample company; every page says so.
    pub demo: bool,
    pub person: Person,
    pub locale: Locale,
    /// The saved choice, if any; the browser's own choice wins over it.
    pub theme: Theme,
    /// Whether single keys are shortcuts for this person (convention 6).
    pub single_keys: bool,
    pub current: NavItem,
    /// What this person may open, in the order of [`NavItem::ALL`]; what is not listed is not shown.
    pub nav: Vec<NavItem>,
    /// Small figures beside navigation items: unread, waiting.
    pub counts: Vec<(NavItem, u32)>,
    pub pinned: Vec<PinnedView>,
    /// What this person may create, each with its key after N.
    pub creates: Vec<Create>,
    pub flash: Vec<Flash>,
    /// Set when the page answers a form that needs fixing: the title then begins "Error:" (convention 35).
    pub has_errors: bool,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            organisation: "Keelson".to_owned(),
            demo: false,
            person: Person::default(),
            locale: Locale::default(),
            theme: Theme::default(),
            single_keys: true,
            current: NavItem::Home,
            nav: NavItem::ALL.to_vec(),
            counts: Vec::new(),
            pinned: Vec::new(),
            creates: Vec::new(),
            flash: Vec::new(),
            has_errors: false,
        }
    }
}

/// The signed-in person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub name: String,
    /// In words: "Supplier manager".
    pub role: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The value of `data-theme`, where the choice is not the system's.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// A place in the sidebar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NavItem {
    Home,
    Suppliers,
    Segmentation,
    Duplicates,
    Scorecards,
    Imports,
    Settings,
}

/// A navigation item as the sidebar, the palette and the list of shortcuts show it.
#[derive(Debug, Clone, Copy)]
pub struct NavEntry {
    pub label: &'static str,
    /// For the bar at the bottom of a phone.
    pub short: &'static str,
    pub icon: &'static str,
    pub href: &'static str,
    /// The key after G.
    pub key: &'static str,
    pub group: Option<&'static str>,
}

impl NavItem {
    pub const ALL: [Self; 7] = [
        Self::Home,
        Self::Suppliers,
        Self::Segmentation,
        Self::Duplicates,
        Self::Scorecards,
        Self::Imports,
        Self::Settings,
    ];

    pub const fn entry(self) -> NavEntry {
        const fn of(
            label: &'static str,
            short: &'static str,
            icon: &'static str,
            href: &'static str,
            key: &'static str,
            group: Option<&'static str>,
        ) -> NavEntry {
            NavEntry {
                label,
                short,
                icon,
                href,
                key,
                group,
            }
        }
        match self {
            Self::Home => of("Home", "Home", "house", "/", "h", None),
            Self::Suppliers => of(
                "All suppliers",
                "Suppliers",
                "building-2",
                "/suppliers",
                "s",
                Some("Suppliers"),
            ),
            Self::Segmentation => of(
                "Segmentation",
                "Segments",
                "grid-2x2",
                "/segmentation",
                "t",
                Some("Suppliers"),
            ),
            Self::Duplicates => of(
                "Duplicates",
                "Duplicates",
                "git-merge",
                "/duplicates",
                "d",
                Some("Suppliers"),
            ),
            Self::Scorecards => of(
                "Scorecards",
                "Scorecards",
                "gauge",
                "/scorecards",
                "c",
                Some("Performance"),
            ),
            Self::Imports => of(
                "Imports",
                "Imports",
                "upload",
                "/imports",
                "i",
                Some("Data"),
            ),
            Self::Settings => of(
                "Settings",
                "Settings",
                "settings",
                "/settings",
                "e",
                Some("Data"),
            ),
        }
    }
}

/// A saved view kept in the sidebar.
#[derive(Debug, Clone)]
pub struct PinnedView {
    pub name: String,
    pub href: String,
}

/// Something to create, reachable by N and a key, and from the palette.
#[derive(Debug, Clone)]
pub struct Create {
    pub label: String,
    pub href: String,
    pub key: char,
}

impl Create {
    /// The whole shortcut, "n s".
    pub fn keys(&self) -> String {
        format!("n {}", self.key)
    }
}

/// A message about what has just happened, shown once above the page.
#[derive(Debug, Clone)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
    /// Where a POST takes the change back; undo instead of confirmation (convention 39).
    pub undo: Option<String>,
}

impl Flash {
    pub fn ok(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Ok,
            text: text.into(),
            undo: None,
        }
    }

    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            text: text.into(),
            undo: None,
        }
    }

    pub fn with_undo(mut self, action: impl Into<String>) -> Self {
        self.undo = Some(action.into());
        self
    }
}

/// What surrounds every page of the supplier portal.
#[derive(Debug, Clone, Default)]
pub struct PortalShell {
    /// The buying company.
    pub organisation: String,
    pub demo: bool,
    /// The supplier this person speaks for.
    pub supplier: String,
    pub person: Person,
    pub locale: Locale,
    pub theme: Theme,
    pub nav: Vec<PortalNav>,
    pub flash: Vec<Flash>,
    pub has_errors: bool,
}

/// A place in the portal.
#[derive(Debug, Clone)]
pub struct PortalNav {
    pub label: String,
    pub href: String,
    pub current: bool,
    pub count: Option<u32>,
}

/// What surrounds sign-in, first-run set-up and error pages: the mark and nothing else.
#[derive(Debug, Clone, Default)]
pub struct BareShell {
    /// Empty before the organisation is known.
    pub organisation: String,
    pub demo: bool,
    pub locale: Locale,
    pub theme: Theme,
    pub flash: Vec<Flash>,
    pub has_errors: bool,
}

/// One heading of the sidebar with its items, as the template walks them.
#[derive(Debug)]
pub struct NavSection {
    pub heading: Option<&'static str>,
    pub items: Vec<NavLink>,
}

#[derive(Debug)]
pub struct NavLink {
    pub entry: NavEntry,
    pub current: bool,
    pub count: Option<u32>,
}

impl Shell {
    /// The sidebar: allowed items under their headings, headings without items left out.
    pub fn sections(&self) -> Vec<NavSection> {
        let mut sections: Vec<NavSection> = Vec::new();
        for item in NavItem::ALL
            .into_iter()
            .filter(|item| self.nav.contains(item))
        {
            let entry = item.entry();
            let count = self
                .counts
                .iter()
                .find(|(counted, _)| *counted == item)
                .map(|(_, n)| *n)
                .filter(|n| *n > 0);
            let link = NavLink {
                entry,
                current: item == self.current,
                count,
            };
            match sections.last_mut() {
                Some(section) if section.heading == entry.group => section.items.push(link),
                _ => sections.push(NavSection {
                    heading: entry.group,
                    items: vec![link],
                }),
            }
        }
        sections
    }

    /// The first items, for the bar at the bottom of a phone.
    pub fn tabbar(&self) -> Vec<NavLink> {
        self.sections()
            .into_iter()
            .flat_map(|section| section.items)
            .take(4)
            .collect()
    }

    pub fn initials(&self) -> Html {
        marks::avatar_md(&self.person.name)
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use scraper::{Html as Document, Selector};

    use super::*;

    #[derive(Template)]
    #[template(
        ext = "html",
        source = r#"{% extends "kit/shell.html" %}{% import "kit/ui.html" as ui %}{% block title %}Test{% endblock %}{% block breadcrumb %}{% call ui::crumb("Suppliers", "/suppliers") %}{% endcall %}{% call ui::here("Here") %}{% endcall %}{% endblock %}{% block content %}{% call ui::card("a", "A card", "more") %}<p id="inside">{{ shell.person.name }}</p>{% endcall %}{% endblock %}"#
    )]
    struct View {
        shell: Shell,
    }

    #[derive(Template)]
    #[template(
        ext = "html",
        source = r#"{% extends "kit/portal.html" %}{% block title %}Home{% endblock %}{% block content %}<p>Welcome</p>{% endblock %}"#
    )]
    struct PortalView {
        shell: PortalShell,
    }

    fn parse(view: &impl Template) -> Document {
        Document::parse_document(&view.render().unwrap())
    }

    fn texts(page: &Document, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .map(|element| element.text().collect::<String>().trim().to_owned())
            .collect()
    }

    #[test]
    fn the_sidebar_shows_what_a_person_may_open_and_marks_the_current_page() {
        let shell = Shell {
            nav: vec![NavItem::Home, NavItem::Suppliers, NavItem::Imports],
            current: NavItem::Suppliers,
            counts: vec![(NavItem::Imports, 2), (NavItem::Home, 0)],
            ..Shell::default()
        };
        let page = parse(&View { shell });
        let links = texts(&page, ".side-nav .nav-link");
        assert_eq!(links.len(), 3, "{links:?}");
        assert_eq!(
            texts(&page, ".side-nav [aria-current=page]"),
            ["All suppliers"]
        );
        assert_eq!(
            texts(&page, ".side-nav .count"),
            ["2 waiting"],
            "nothing waiting shows no count"
        );
        assert_eq!(
            texts(&page, ".side-nav h2"),
            ["Suppliers", "Data"],
            "a heading without items is left out"
        );
        assert_eq!(texts(&page, ".crumbs a"), ["Suppliers"]);
    }

    #[test]
    fn hostile_names_stay_text_on_every_page() {
        let evil = "<script>alert(1)</script>\" onload=\"x";
        let shell = Shell {
            organisation: evil.into(),
            person: Person {
                name: evil.into(),
                role: evil.into(),
            },
            pinned: vec![PinnedView {
                name: evil.into(),
                href: "/suppliers?q=1".into(),
            }],
            flash: vec![Flash::bad(evil).with_undo("/undo")],
            demo: true,
            has_errors: true,
            ..Shell::default()
        };
        let page = parse(&View { shell });
        assert!(texts(&page, "script:not([src])").is_empty());
        assert!(texts(&page, "[onload], [style]").is_empty());
        assert_eq!(texts(&page, "#inside"), [evil]);
        assert!(texts(&page, "title")[0].starts_with("Error: Test"));
        assert!(texts(&page, ".demo-note")[0].contains("Invented data"));
    }

    #[test]
    fn the_portal_names_the_supplier_and_its_pages() {
        let shell = PortalShell {
            organisation: "Aldermark".into(),
            supplier: "Norrfjord Castings AB".into(),
            nav: vec![PortalNav {
                label: "Home".into(),
                href: "/portal".into(),
                current: true,
                count: Some(3),
            }],
            ..PortalShell::default()
        };
        let page = parse(&PortalView { shell });
        assert_eq!(texts(&page, ".p-nav [aria-current=page]"), ["Home3"]);
        assert!(texts(&page, ".p-foot")[0].contains("Norrfjord Castings AB"));
        assert_eq!(texts(&page, "main p"), ["Welcome"]);
    }
}
