//! Suppliers, read by selector: the list, the page with its tabs and forms, duplicates.

mod duplicates;
mod list;
mod page;

use keelson_domain::{
    Act, Clock as _, SupplierId, Via,
    suppliers::{self, Details, Draft, NewSupplier},
};
use keelson_testkit::{Answer, TestApp};

/// A supplier that delivers, from a town in a country.
pub(crate) async fn active(app: &TestApp, name: &str, country: &str, city: &str) -> SupplierId {
    let draft = Draft {
        name: name.to_owned(),
        country: country.to_owned(),
        city: city.to_owned(),
        ..Draft::default()
    };
    create(app, &draft).await
}

pub(crate) async fn create(app: &TestApp, draft: &Draft) -> SupplierId {
    let act = Act::by_system(Via::Job, app.clock.now());
    let details: Details = draft.parse(act.on()).unwrap();
    let new = NewSupplier::established(details);
    suppliers::create(&app.keelson, &act, &new).await.unwrap()
}

/// Whether some element a selector finds holds a text.
pub(crate) fn has(answer: &Answer, selector: &str, text: &str) -> bool {
    answer
        .texts(selector)
        .iter()
        .any(|found| found.contains(text))
}

/// The field's error and the summary's first line, which say the same.
pub(crate) fn refused(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let text = answer.texts(&format!("#{field}-error")).join(" ");
    assert!(
        answer.texts(".err-sum a").contains(&text),
        "the summary says {:?}, the field {text:?}",
        answer.texts(".err-sum a")
    );
    assert!(
        answer.texts("title")[0].starts_with("Error: "),
        "the title says that something needs fixing"
    );
    text
}
