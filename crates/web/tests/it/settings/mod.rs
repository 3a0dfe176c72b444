mod kpis;
mod policy;
mod templates;

use keelson_domain::access::Role;
use keelson_testkit::{Answer, TestApp, TestDb, db_test};

#[db_test]
async fn the_settings_list_what_a_role_may_see(t: TestDb) {
    let app = TestApp::new(&t).await;
    let of = async |role| {
        let somebody = app.signed_in_as(role).await;
        somebody.get("/settings").await.texts("main .rows .title")
    };
    assert_eq!(
        of(Role::Administrator).await,
        [
            "KPI definitions",
            "Scorecard templates",
            "Segmentation policy",
            "People and roles",
            "Organisation"
        ]
    );
    assert_eq!(
        of(Role::Executive).await,
        [
            "KPI definitions",
            "Scorecard templates",
            "Segmentation policy"
        ]
    );
}

/// The answers of a form as the browser would send them back.
pub(crate) fn answers(page: &Answer) -> Vec<(String, String)> {
    let html = page.html();
    let form = scraper::Selector::parse("main form.form").unwrap();
    let controls = scraper::Selector::parse("input, textarea, select").unwrap();
    let chosen = scraper::Selector::parse("option[selected]").unwrap();
    let first = scraper::Selector::parse("option").unwrap();
    let form = html.select(&form).next().expect("there is a form");
    form.select(&controls)
        .filter_map(|control| {
            let element = control.value();
            let name = element.attr("name")?.to_owned();
            let value = match element.name() {
                "textarea" => control.text().collect(),
                "select" => {
                    let option = control
                        .select(&chosen)
                        .next()
                        .or_else(|| control.select(&first).next())?;
                    option.value().attr("value").unwrap_or_default().to_owned()
                }
                _ if matches!(element.attr("type"), Some("radio" | "checkbox"))
                    && element.attr("checked").is_none() =>
                {
                    return None;
                }
                _ => element.attr("value").unwrap_or_default().to_owned(),
            };
            Some((name, value))
        })
        .collect()
}

/// The same answers with some of them changed.
pub(crate) fn with(
    mut answers: Vec<(String, String)>,
    changes: &[(&str, &str)],
) -> Vec<(String, String)> {
    for (name, value) in changes {
        let answer = answers
            .iter_mut()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("the form does not ask {name}"));
        (*value).clone_into(&mut answer.1);
    }
    answers
}

pub(crate) fn fields(answers: &[(String, String)]) -> Vec<(&str, &str)> {
    answers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// What is selected by an id that holds dots.
pub(crate) fn at(id: &str) -> String {
    format!("[id=\"{id}\"]")
}
