use chrono::NaiveDate;
use keelson_domain::{
    Error, Result, SupplierId,
    suppliers::{self, DocumentKind, MOST_BYTES, Reader, Upload},
};
use keelson_testkit::{TestDb, db_test};

use super::{colleague, named, person, supplier};

fn upload<'a>(file_name: &'a str, content: &'static [u8], shared: bool) -> Upload<'a> {
    Upload {
        file_name,
        content: content.into(),
        kind: DocumentKind::Certificate,
        valid_from: None,
        valid_to: NaiveDate::from_ymd_opt(2027, 1, 18),
        shared,
    }
}

#[db_test]
async fn a_document_comes_back_as_it_was_uploaded_and_goes_out_of_sight(t: TestDb) -> Result<()> {
    let (k, db) = (&t.keelson, t.db.read());
    let act = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    let id = supplier(&t, named("Alder")).await?;
    let file = upload("C:\\scans\\..\\ISO 14001.pdf", b"%PDF-1.7 body", false);
    let document = suppliers::upload_document(k, act, id, file).await?;
    let (read, content) = suppliers::open_document(k, id, Reader::Colleague, document).await?;
    assert_eq!(
        (read.name.as_str(), &content[..]),
        ("ISO 14001.pdf", &b"%PDF-1.7 body"[..])
    );
    assert_eq!(
        (read.media_type.as_str(), read.bytes),
        ("application/pdf", 13)
    );
    assert_eq!(read.uploaded_by_name, "Ruth Sandoval");
    suppliers::withdraw_document(k, act, id, Reader::Colleague, document).await?;
    assert!(
        suppliers::documents(db, id, Reader::Colleague)
            .await?
            .is_empty()
    );
    let gone = suppliers::open_document(k, id, Reader::Colleague, document).await;
    assert!(matches!(gone, Err(Error::NotFound("document"))));
    Ok(())
}

#[db_test]
async fn what_is_not_shared_is_not_there_for_the_supplier(t: TestDb) -> Result<()> {
    let (k, db) = (&t.keelson, t.db.read());
    let ours = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    let (id, other) = (
        supplier(&t, named("Alder")).await?,
        supplier(&t, named("Birch")).await?,
    );
    let theirs = &t.act_by(person(&t, "Marta Ekstrom", Some(id)).await?);
    let secret = suppliers::upload_document(k, ours, id, upload("a.pdf", b"%PDF-a", false)).await?;
    let shared = suppliers::upload_document(k, ours, id, upload("b.pdf", b"%PDF-b", true)).await?;
    let own = suppliers::upload_document(k, theirs, id, upload("c.pdf", b"%PDF-c", true)).await?;
    let seen: Vec<_> = suppliers::documents(db, id, Reader::Supplier)
        .await?
        .into_iter()
        .map(|document| document.id)
        .collect();
    assert_eq!(seen, [own, shared]);
    let missing = |outcome: Result<_>| matches!(outcome, Err(Error::NotFound(_)));
    assert!(missing(
        suppliers::open_document(k, id, Reader::Supplier, secret)
            .await
            .map(drop)
    ));
    // A document's number is no key to it: it has to be asked for with its supplier.
    assert!(missing(
        suppliers::open_document(k, other, Reader::Colleague, shared)
            .await
            .map(drop)
    ));
    // What we shared is not theirs to take back; what they uploaded is.
    assert!(missing(
        suppliers::withdraw_document(k, theirs, id, Reader::Supplier, shared).await
    ));
    suppliers::withdraw_document(k, theirs, id, Reader::Supplier, own).await?;
    Ok(())
}

#[db_test]
async fn what_should_not_be_kept_is_refused_and_leaves_nothing(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act_by(colleague(&t, "Ruth Sandoval").await?));
    let id = supplier(&t, named("Alder")).await?;
    let large = Upload {
        content: vec![b' '; MOST_BYTES + 1].into(),
        ..upload("a.txt", b"", false)
    };
    let backwards = Upload {
        valid_from: NaiveDate::from_ymd_opt(2028, 1, 1),
        ..upload("a.pdf", b"%PDF-", false)
    };
    for (refused, field) in [
        (upload("a.exe", b"MZ", false), "file"),
        (upload("a.pdf", b"<html><script>", false), "file"),
        (upload("", b"%PDF-", false), "file"),
        (upload("a.pdf", b"", false), "file"),
        (large, "file"),
        (backwards, "valid_to"),
    ] {
        let outcome = suppliers::upload_document(k, act, id, refused).await;
        assert!(
            matches!(&outcome, Err(Error::Invalid(fields)) if fields[0].name == field),
            "{outcome:?}"
        );
    }
    let nobody = upload("a.pdf", b"%PDF-", false);
    let missing = suppliers::upload_document(k, act, SupplierId(4711), nobody).await;
    assert!(matches!(missing, Err(Error::NotFound(_))));
    assert!(
        suppliers::documents(t.db.read(), id, Reader::Colleague)
            .await?
            .is_empty()
    );
    Ok(())
}

#[db_test]
async fn a_file_that_is_not_the_one_uploaded_is_not_handed_out(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act_by(colleague(&t, "Ruth Sandoval").await?));
    let id = supplier(&t, named("Alder")).await?;
    let document =
        suppliers::upload_document(k, act, id, upload("a.pdf", b"%PDF-a", false)).await?;
    let folder = t.folder().join("files/documents").join(id.to_string());
    let file = std::fs::read_dir(folder)
        .expect("the folder is there")
        .next()
        .expect("the file is there")
        .expect("the file reads");
    std::fs::write(file.path(), b"%PDF-b").expect("the file is written");
    let damaged = suppliers::open_document(k, id, Reader::Colleague, document).await;
    assert!(matches!(damaged, Err(Error::Damaged { .. })));
    Ok(())
}
