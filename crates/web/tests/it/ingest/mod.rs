//! Imports in the browser, read by selector: upload, columns, preview, run, result.

use keelson_domain::{Act, Clock as _, Via, access::Role, ingest};
use keelson_testkit::{Answer, TestApp, TestDb, Visitor, db_test, real_data};

use crate::suppliers::{has, refused};

const ORDERS: &[u8] = b"Vendor;PO;Line;Qty;Due;Delivered\n\
    Alder AB;4500001;10;5;31.01.2026;30.01.2026\n\
    Birch GmbH;4500001;20;7,5;28.02.2026;02.03.2026\n\
    ;4500002;10;1;31.01.2026;30.01.2026\n\
    Cedar SpA;4500003;10;-4;31.01.2026;30.01.2026\n";

/// A form as a page shows it, with what a person leaves as it is: name and value of every control of the form.
fn as_shown(page: &Answer, form: &str) -> Vec<(String, String)> {
    let selector = |text: &str| scraper::Selector::parse(text).unwrap();
    let html = page.html();
    let form = html
        .select(&selector(form))
        .next()
        .expect("the form is there");
    let mut fields = Vec::new();
    for element in form.select(&selector("input, select, textarea")) {
        let Some(name) = element.attr("name") else {
            continue;
        };
        let value = match (element.value().name(), element.attr("type")) {
            ("select", _) => element
                .select(&selector("option[selected]"))
                .next()
                .or_else(|| element.select(&selector("option")).next())
                .and_then(|option| option.attr("value"))
                .unwrap_or_default()
                .to_owned(),
            ("textarea", _) => element.text().collect(),
            (_, Some("checkbox" | "radio")) if element.attr("checked").is_none() => continue,
            _ => element.attr("value").unwrap_or_default().to_owned(),
        };
        fields.push((name.to_owned(), value));
    }
    fields
}

async fn send(
    visitor: &Visitor<'_>,
    to: &str,
    fields: &[(String, String)],
    changes: &[(&str, &str)],
) -> Answer {
    let mut sent: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    sent.extend(changes);
    visitor.post(to, &sent).await
}

/// Sends a form as htmx does while it is being filled.
async fn fragment(visitor: &Visitor<'_>, to: &str, fields: &[(String, String)]) -> Answer {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let request = visitor
        .request(axum::http::Method::POST, to)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true")
        .body(axum::body::Body::from(body.finish()))
        .unwrap();
    visitor.exchange(request).await
}

async fn upload(visitor: &Visitor<'_>, kind: &str, files: &[(&str, &[u8])]) -> Answer {
    let mut parts: Vec<(&str, Option<&str>, &[u8])> = vec![("kind", None, kind.as_bytes())];
    parts.extend(
        files
            .iter()
            .map(|(name, content)| ("file", Some(*name), *content)),
    );
    visitor.post_files("/imports/new", &parts).await
}

/// Runs what was started, as the worker does.
async fn run(app: &TestApp) {
    let db = app.keelson.db.read();
    for import in ingest::recent(db, None, 100).await.unwrap() {
        if import.state == ingest::State::Waiting {
            let act = Act::by_system(Via::Job, app.clock.now());
            ingest::run(&app.keelson, &act, import.id, &|_| {})
                .await
                .unwrap();
        }
    }
}

fn figure(page: &Answer, label: &str) -> String {
    page.texts(".kpi")
        .into_iter()
        .find_map(|figure| {
            figure
                .strip_prefix(label)
                .map(|rest| rest.trim().to_owned())
        })
        .unwrap_or_else(|| panic!("no figure {label} in {:?}", page.texts(".kpi")))
}

#[db_test]
async fn a_file_is_mapped_previewed_run_and_the_same_again_changes_nothing(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let answer = upload(&manager, "order-lines", &[("orders.csv", ORDERS)]).await;
    let mapping = answer.location().expect("an upload leads to its mapping");
    let page = manager.follow(answer).await;
    assert_eq!(page.texts("h1"), ["How the columns are read"]);
    assert_eq!(page.texts("[aria-current=step]"), ["2 Columns"]);
    for found in ["semicolon", "comma, as 1 number shows", "UTF-8"] {
        assert!(
            has(&page, "#found", found),
            "{found}: {:?}",
            page.texts("#found")
        );
    }
    assert_eq!(
        page.attribute("[id='column.quantity'] [selected]", "value")
            .as_deref(),
        Some("Qty"),
        "the column is guessed by its name"
    );
    assert!(has(&page, ".examples", "5 · 7,5 · 1"));

    let form = as_shown(&page, "#columns");
    let home = mapping.trim_end_matches("/mapping").to_owned();
    let columns = format!("{home}/columns");
    let broken = [("column.quantity", ""), ("formats.requested_on", "%Q")];
    let answer = send(&manager, &columns, &form, &broken).await;
    assert_eq!(answer.status, 422);
    assert!(
        has(&answer, "[id='column.quantity-error']", ""),
        "the field says why"
    );
    assert!(has(&answer, ".err-sum a", "quantity"));
    assert!(answer.texts("title")[0].starts_with("Error: "));

    let live = send(
        &manager,
        &format!("{columns}/sample"),
        &form,
        &[("column.site", "Vendor")],
    )
    .await;
    assert!(
        live.text().contains("[fields.site]"),
        "the document follows the form"
    );
    let followed = fragment(
        &manager,
        &format!("{columns}/sample"),
        &as_shown(&live, "#columns"),
    )
    .await;
    assert!(
        !followed.text().contains("<html"),
        "only what follows the form"
    );
    assert!(followed.texts("#mapping")[0].contains("[fields.site]"));
    assert!(!followed.texts("#sample").is_empty());
    let kept = ingest::recent(t.db.read(), None, 1)
        .await
        .unwrap()
        .remove(0);
    assert!(
        !kept.mapping.contains("[fields.site]"),
        "a look keeps nothing"
    );

    let chosen = [
        ("column.supplier_name", "Vendor"),
        ("column.requested_on", "Due"),
        ("column.received_on", "Delivered"),
        ("column.received_quantity", "@quantity"),
        ("source", "ERP"),
    ];
    let preview = manager
        .follow(send(&manager, &columns, &form, &chosen).await)
        .await;
    assert_eq!(
        preview.texts("h1"),
        ["What would change"],
        "{}",
        preview.text()
    );
    let counts = [
        "Rows read",
        "New",
        "Corrected",
        "Unchanged",
        "Refused",
        "New suppliers",
    ]
    .map(|label| figure(&preview, label));
    assert_eq!(counts, ["4", "2", "0", "0", "2", "2"]);
    assert!(
        has(&preview, "#refused tbody tr", "5 Qty -4"),
        "{:?}",
        preview.texts("#refused tr")
    );

    let started = manager
        .follow(manager.post(&format!("{home}/start"), &[]).await)
        .await;
    assert!(has(&started, "#outcome", "Waiting"));
    assert!(
        started.attribute("#outcome", "hx-trigger").is_some(),
        "a page of a running import brings itself up to date"
    );
    run(&app).await;
    let result = manager.get(&home).await;
    assert_eq!(figure(&result, "New"), "2");
    assert_eq!(figure(&result, "Refused"), "2");
    let rejects = manager.get(&format!("{home}/rejects.csv")).await;
    assert!(rejects.text().starts_with("row,column,value,reason\r\n"));
    assert_eq!(rejects.text().lines().count(), 3, "{}", rejects.text());

    let name = [("name", "ERP orders")];
    let saved = manager.post(&format!("{home}/library"), &name).await;
    let page = manager.follow(saved).await;
    assert!(has(&page, ".flash", "kept as ERP orders, version 1"));

    let new = manager.get("/imports/new").await;
    assert!(has(&new, "#mapping option", "ERP orders"));
    let later = String::from_utf8_lossy(ORDERS).replace("10;5;", "10;6;");
    let parts: [(&str, Option<&str>, &[u8]); 3] = [
        ("kind", None, b"order-lines"),
        ("mapping", None, b"ERP orders"),
        ("file", Some("orders-2.csv"), later.as_bytes()),
    ];
    let answer = manager.post_files("/imports/new", &parts).await;
    let home = answer.location().unwrap().replace("/mapping", "");
    let preview = manager.get(&format!("{home}/preview")).await;
    let counts = ["New", "Corrected", "Unchanged", "Refused", "New suppliers"]
        .map(|label| figure(&preview, label));
    assert_eq!(
        counts,
        ["0", "1", "1", "2", "0"],
        "one row is corrected, one is as it was"
    );
    let other_kind: [(&str, Option<&str>, &[u8]); 3] = [
        ("kind", None, b"receipts"),
        ("mapping", None, b"ERP orders"),
        ("file", Some("orders.csv"), ORDERS),
    ];
    let answer = manager.post_files("/imports/new", &other_kind).await;
    refused(&answer, "mapping");
}

#[db_test]
async fn the_document_and_the_form_edit_the_same_mapping(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let answer = upload(&manager, "order-lines", &[("orders.csv", ORDERS)]).await;
    let mapping = answer.location().unwrap();
    let page = manager.follow(answer).await;
    let document = page.texts("#mapping").join("");
    assert!(document.contains("kind = \"order-lines\""), "{document}");
    let text = "kind = \"order-lines\"\nsource = \"ERP\"\n[fields.key]\ncolumns = [\"PO\"]\n\
        [fields.supplier_name]\ncolumns = [\"Vendor\"]\n[fields.quantity]\ncolumns = [\"Qty\"]\n\
        [fields.unit]\nconstant = \"kg\"\n";
    let saved = manager.post(&mapping, &[("mapping", text)]).await;
    let page = manager.follow(saved).await;
    assert_eq!(
        page.attribute("[name='constant.unit']", "value").as_deref(),
        Some("kg")
    );
    assert_eq!(page.attribute("#source", "value").as_deref(), Some("ERP"));
    for (text, says) in [
        ("kind = ", "line 1 is not valid TOML"),
        (
            "kind = \"receipts\"\nsource = \"x\"\n",
            "uploaded as order-lines",
        ),
        ("kind = \"order-lines\"\nsource = \"ERP\"\n", "quantity"),
    ] {
        let answer = manager.post(&mapping, &[("mapping", text)]).await;
        assert_eq!(answer.status, 422, "{text}");
        assert!(
            has(&answer, ".err-sum a", says),
            "{says}: {:?}",
            answer.texts(".err-sum a")
        );
    }
    let sample = manager
        .post(
            &mapping.replace("/mapping", "/sample"),
            &[("mapping", "kind = ")],
        )
        .await;
    assert_eq!(
        sample.status, 200,
        "what is being written is no mistake yet"
    );
}

#[db_test]
async fn wrong_files_are_answered_in_the_users_words(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    for (name, content, says) in [
        (
            "photo.csv",
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            "photo.csv",
        ),
        ("book.xlsx", b"this is no workbook", "book.xlsx"),
        ("empty.csv", b"\n\n", "empty.csv"),
        ("list.pdf", b"%PDF-1.7", "list.pdf"),
    ] {
        let answer = upload(&manager, "order-lines", &[(name, content)]).await;
        let why = refused(&answer, "file");
        assert!(why.starts_with(says) && why.len() > 30, "{name}: {why}");
    }
    let nothing = manager
        .post_files("/imports/new", &[("kind", None, b"")])
        .await;
    refused(&nothing, "kind");
    refused(&nothing, "file");
    let one_bad: [(&str, &[u8]); 2] = [("orders.csv", ORDERS), ("list.pdf", b"%PDF-1.7")];
    let answer = upload(&manager, "order-lines", &one_bad).await;
    refused(&answer, "file");
    assert!(
        ingest::recent(t.db.read(), None, 9)
            .await
            .unwrap()
            .is_empty(),
        "files that were meant to come together come together or not at all"
    );
}

#[db_test]
async fn several_files_are_mapped_and_started_together(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let second = String::from_utf8_lossy(ORDERS).replace("45000", "46000");
    let files: [(&str, &[u8]); 2] = [("q1.csv", ORDERS), ("q2.csv", second.as_bytes())];
    let answer = upload(&manager, "order-lines", &files).await;
    let home = answer.location().unwrap().replace("/mapping", "");
    let page = manager.follow(answer).await;
    assert!(has(&page, "#columns .opt", "1 other file that waits"));
    let form = as_shown(&page, "#columns");
    let chosen = [
        ("column.supplier_name", "Vendor"),
        ("column.requested_on", "Due"),
        ("source", "ERP"),
        ("others", "on"),
    ];
    let preview = manager
        .follow(send(&manager, &format!("{home}/columns"), &form, &chosen).await)
        .await;
    assert!(has(&preview, "#others .opt", "q2.csv"));
    let also = as_shown(&preview, "form[action$='/start']");
    let page = manager
        .follow(send(&manager, &format!("{home}/start"), &also, &[]).await)
        .await;
    assert!(has(&page, ".flash", "2 files are being imported"));
    run(&app).await;
    let list = manager.get("/imports").await;
    let done = list
        .texts("tbody tr")
        .into_iter()
        .filter(|row| row.contains("Done"));
    assert_eq!(done.count(), 2, "{:?}", list.texts("tbody tr"));
}

#[db_test]
async fn real_files_pass_through_the_pages(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/mappings");
    for (kind, path, mapping, rows) in [
        (
            "order-lines",
            "scms-delivery/scms_dev.csv",
            "scms.toml",
            "6,507",
        ),
        (
            "invoice-lines",
            "oxford-spend/expenditure-over-500-jan-mar-2017.csv",
            "oxford.toml",
            "",
        ),
    ] {
        let Some(file) = real_data(path) else {
            continue;
        };
        let content = std::fs::read(file).unwrap();
        let name = path.rsplit('/').next().unwrap();
        let answer = upload(&manager, kind, &[(name, &content)]).await;
        let to = answer.location().unwrap();
        let guessed = manager.follow(answer).await;
        assert!(guessed.texts("#columns tbody tr").len() > 5, "{path}");
        let text = std::fs::read_to_string(examples.join(mapping)).unwrap();
        let saved = manager.post(&to, &[("mapping", &text)]).await;
        assert_eq!(saved.status, 303, "{path}");
        let preview = manager.get(&to.replace("/mapping", "/preview")).await;
        assert_eq!(preview.status, 200);
        assert_eq!(
            figure(&preview, "Refused"),
            "0",
            "{path}: {:?}",
            preview.texts("#refused tr")
        );
        if !rows.is_empty() {
            assert_eq!(figure(&preview, "New"), rows, "{path}");
        }
    }
}
