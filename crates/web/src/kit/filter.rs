//! The filters of a list: chips for those in force, menus to choose from, and saving the view they make.

use askama::{Template, filters::HtmlSafe};

use super::{form::Choice, list::Address};

/// One filter in force: field, value, and the address without it (convention 15).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<span class="chip"><span>{{ field }} <b>{{ value }}</b></span><a class="rm" href="{{ without }}" aria-label="Remove filter {{ field }} {{ value }}">{{ crate::kit::marks::icon_s("x") }}</a></span>"#
)]
pub struct Chip {
    pub field: String,
    pub value: String,
    pub without: String,
}

impl Chip {
    pub fn new(field: impl Into<String>, value: impl Into<String>, without: impl ToString) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
            without: without.to_string(),
        }
    }
}

/// Answers to choose from behind a button, inside the list's filter form: filters by field, or the columns to show.
/// Values of one field are alternatives, fields narrow each other (convention 16).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<details class="pop"><summary class="btn ghost{% if text.is_empty() %} sq{% endif %}"{% if text.is_empty() %} aria-label="{{ label }}" data-tip="{{ label }}"{% endif %}>{{ crate::kit::marks::icon_s(icon) }}{{ text }}</summary><div class="pop-panel wide filter-panel{% if to_end %} to-end{% endif %}">{% for range in ranges %}<fieldset><legend class="sm"><b>{{ range.legend }}</b></legend><div class="range"><input class="input r" name="{{ range.name }}_from" value="{{ range.from }}" inputmode="decimal" aria-label="{{ range.legend }}, from" placeholder="from"><span aria-hidden="true">–</span><input class="input r" name="{{ range.name }}_to" value="{{ range.to }}" inputmode="decimal" aria-label="{{ range.legend }}, to" placeholder="to"></div></fieldset>{% endfor %}{% for group in groups %}<fieldset><legend class="sm"><b>{{ group.legend }}</b></legend>{% for choice in group.choices %}<label class="opt"><input class="check" type="checkbox" name="{{ group.name }}" value="{{ choice.value }}"{% if group.chosen.contains(choice.value) %} checked{% endif %}><span>{{ choice.label }}</span></label>{% endfor %}</fieldset>{% endfor %}</div></details>"#
)]
pub struct FilterMenu {
    /// Read aloud when the button shows only its icon.
    pub label: String,
    pub text: String,
    pub icon: &'static str,
    pub groups: Vec<FilterGroup>,
    /// Fields of numbers, from and to.
    pub ranges: Vec<FilterRange>,
    /// Opens towards the left, for a button at the right edge.
    pub to_end: bool,
}

/// One field of a [`FilterMenu`]: the parameter's name, the answers, and those chosen.
#[derive(Debug, Clone, Default)]
pub struct FilterGroup {
    pub legend: String,
    pub name: String,
    pub choices: Vec<Choice>,
    pub chosen: Vec<String>,
}

/// A field of numbers: its parameters are its name with `_from` and with `_to`.
#[derive(Debug, Clone, Default)]
pub struct FilterRange {
    pub legend: String,
    pub name: String,
    pub from: String,
    pub to: String,
}

impl FilterMenu {
    pub fn ranges(mut self, ranges: Vec<FilterRange>) -> Self {
        self.ranges = ranges;
        self
    }

    pub fn filters(groups: Vec<FilterGroup>) -> Self {
        Self {
            label: "Filter".into(),
            text: "Filter".into(),
            icon: "list-filter",
            groups,
            ranges: Vec::new(),
            to_end: false,
        }
    }

    pub fn columns(groups: Vec<FilterGroup>) -> Self {
        Self {
            label: "Choose columns".into(),
            text: String::new(),
            icon: "columns-3",
            groups,
            ranges: Vec::new(),
            to_end: true,
        }
    }
}

/// A view whose filters no longer are the saved ones: Reset, and Save under a name, for oneself or for everybody
/// (conventions 12 and 13). The form posts `name`, `shared` and the parameters of the address.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="changed-view"><span class="xs t3 only-wide">View changed</span><a class="btn ghost" href="{{ reset }}">Reset</a><details class="pop"><summary class="btn">Save view</summary><div class="pop-panel to-end">{% if let Some(view) = replaces %}<form class="save-view" method="post" action="{{ save }}">{% for (key, value) in address.query() %}<input type="hidden" name="{{ key }}" value="{{ value }}">{% endfor %}<button class="btn primary" type="submit" name="replace" value="{{ view }}">Save into {{ name }}</button></form>{% endif %}<form class="save-view" method="post" action="{{ save }}">{% for (key, value) in address.query() %}<input type="hidden" name="{{ key }}" value="{{ value }}">{% endfor %}<div class="field"><label for="view-name">Name of the view</label><input class="input" id="view-name" name="name" value="{% if replaces.is_none() %}{{ name }}{% endif %}" maxlength="60" required></div>{% if may_share %}<label class="opt"><input class="check" type="checkbox" name="shared" value="on"><span>Everybody may use it</span></label>{% endif %}<button class="btn{% if replaces.is_none() %} primary{% endif %}" type="submit">Save as a new view</button></form></div></details></div>"#
)]
pub struct ChangedView {
    /// The address of the saved view.
    pub reset: String,
    /// Where the form goes.
    pub save: String,
    /// The view as it is now.
    pub address: Address,
    /// The name of the saved view, to start from.
    pub name: String,
    /// The id of the saved view, where this person may change it.
    pub replaces: Option<String>,
    /// Whether this person may keep a view for everybody.
    pub may_share: bool,
}

impl HtmlSafe for Chip {}
impl HtmlSafe for FilterMenu {}
impl HtmlSafe for ChangedView {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_keeps_what_is_chosen() {
        let group = FilterGroup {
            legend: "Tier".into(),
            name: "tier".into(),
            choices: vec![Choice::new("1", "Strategic"), Choice::new("2", "Leverage")],
            chosen: vec!["2".into()],
        };
        let html = FilterMenu::filters(vec![group]).to_string();
        assert!(html.contains(r#"name="tier" value="2" checked"#), "{html}");
        assert_eq!(html.matches(" checked").count(), 1, "{html}");
    }

    #[test]
    fn saving_a_view_posts_its_parameters_escaped() {
        let address = Address::new("/suppliers")
            .with("q", "\"><script>")
            .with("tier", "1");
        let view = ChangedView {
            reset: "/suppliers".into(),
            save: "/views".into(),
            address,
            name: String::new(),
            replaces: None,
            may_share: true,
        };
        let html = view.to_string();
        assert!(html.contains(r#"name="tier" value="1""#), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
