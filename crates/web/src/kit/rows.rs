//! The head of a record, and lists whose rows are each one line of meaning: decisions, tasks, menus.

use askama::{Template, filters::HtmlSafe};

use super::{
    html::Html,
    marks::{self, Tone},
};

/// The head of a record: initials, name, status or tier with its "Why", a line of facts, and the tools at the right.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<div class="rec-head">{{ marks::monogram_xl(name.as_str()) }}<div class="grow"><div class="rec-title"><h1>{{ name }}</h1>{% for status in statuses %}{{ status }}{% endfor %}</div><div class="rec-meta">{% for (icon, fact) in facts %}<span>{{ marks::icon_s(icon) }}{{ fact }}</span>{% endfor %}</div></div>{% if !tools.is_empty() %}<div class="rec-tools">{{ tools }}</div>{% endif %}</div>"#
)]
pub struct RecordHead {
    pub name: String,
    /// Badges, and the `Why` of a tier or score.
    pub statuses: Vec<Html>,
    /// An icon and a fact each: place, category, number.
    pub facts: Vec<(&'static str, Html)>,
    /// Buttons; one of them is primary (convention 32).
    pub tools: Html,
}

impl RecordHead {
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    pub fn status(mut self, status: impl Into<Html>) -> Self {
        self.statuses.push(status.into());
        self
    }

    pub fn fact(mut self, icon: &'static str, fact: impl Into<Html>) -> Self {
        self.facts.push((icon, fact.into()));
        self
    }

    pub fn tools(mut self, tools: Html) -> Self {
        self.tools = tools;
        self
    }
}

/// A button or a link drawn as one; `class` is "primary", "ghost" or nothing.
pub fn link_button(text: &str, icon: Option<&str>, href: &str, class: &str) -> Html {
    let icon = icon.map(marks::icon_s).unwrap_or_default();
    let [text, href, class] = [text, href, class].map(super::esc);
    Html::trusted(format!(
        "<a class=\"btn {class}\" href=\"{href}\">{icon}{text}</a>"
    ))
}

/// A list of things that want attention; the whole row is the target.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<ul class="rows tap">{% for row in rows %}<li><span class="sev {{ row.tone.class() }}">{{ marks::icon(row.icon) }}</span><div class="body"><a class="title cover" href="{{ row.href }}">{{ row.title }}</a>{% if !row.text.is_empty() %}<p>{{ row.text }}</p>{% endif %}</div>{% if !row.tail.is_empty() %}<div class="tail col only-wide">{% for line in row.tail %}<span class="nowrap">{{ line }}</span>{% endfor %}</div>{% endif %}{% if let Some(who) = row.who %}{{ marks::avatar_only(who.as_str()) }}{% endif %}</li>{% endfor %}</ul>"#
)]
pub struct Rows {
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub struct Row {
    pub tone: Tone,
    pub icon: &'static str,
    pub title: String,
    pub href: String,
    pub text: String,
    /// Lines at the right: what to do, and by when.
    pub tail: Vec<Html>,
    pub who: Option<String>,
}

/// The portal's task list: larger type, plain words, whole row clickable (convention 44).
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<ul class="tasks">{% for task in tasks %}<li><span class="sev {{ task.tone.class() }}">{{ marks::icon(task.icon) }}</span><div><a class="title{% if task.done %} done{% endif %}" href="{{ task.href }}">{{ task.title }}</a>{% if !task.text.is_empty() %}<p>{{ task.text }}</p>{% endif %}</div>{% if task.done %}<span class="sm t2">Done</span>{% else %}{{ marks::badge(task.state.as_str(), *task.tone) }}{% endif %}</li>{% endfor %}</ul>"#
)]
pub struct Tasks {
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, Default)]
pub struct Task {
    pub tone: Tone,
    pub icon: &'static str,
    pub title: String,
    pub href: String,
    pub text: String,
    /// "Late", "Due 25 Nov", "In progress".
    pub state: String,
    pub done: bool,
}

/// A menu behind a button: opens by keyboard, works without script.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<details class="pop"><summary class="btn ghost{% if text.is_empty() %} sq{% endif %}"{% if text.is_empty() %} aria-label="{{ label }}" data-tip="{{ label }}"{% endif %}>{{ marks::icon_s(icon) }}{{ text }}</summary><div class="pop-panel to-end">{% for (icon, text, href) in items %}<a class="menu-item" href="{{ href }}">{{ marks::icon(icon) }}{{ text }}</a>{% endfor %}</div></details>"#
)]
pub struct Menu {
    /// Read aloud when the button shows only its icon.
    pub label: String,
    pub text: String,
    pub icon: &'static str,
    /// Icon, text and address.
    pub items: Vec<(&'static str, String, String)>,
}

impl HtmlSafe for RecordHead {}
impl HtmlSafe for Rows {}
impl HtmlSafe for Tasks {}
impl HtmlSafe for Menu {}
