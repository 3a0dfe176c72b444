use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use keelson_domain::{
    Act, Clock as _, Keelson, PersonId, SupplierId, Via,
    access::{
        self, Email, NewOrganisation, NewPerson, Organisation, PersonName, Role, Side, session,
    },
};
use keelson_methods::money::Currency;
use keelson_web::{App, Letter, Outbox, Site};
use rand::{SeedableRng, rngs::StdRng};
use scraper::{Html, Selector};
use tower::ServiceExt;

use crate::{TestClock, TestDb};

/// The whole application in process, on a test's own database: no port, a clock that stands still, chance that repeats.
///
/// ```ignore
/// #[db_test]
/// async fn a_buyer_sees_the_list(t: TestDb) {
///     let app = TestApp::new(&t).await;
///     let buyer = app.signed_in_as(Role::Buyer).await;
///     let page = buyer.get("/suppliers").await;
///     assert_eq!(page.status, 200);
///     assert_eq!(page.texts("h1"), ["Suppliers"]);
/// }
/// ```
///
/// Dropping it fails the test when jobs are left waiting: run them, or say with [`TestApp::leave_jobs`] that they may stay.
pub struct TestApp {
    pub keelson: Keelson,
    pub clock: TestClock,
    /// What the handlers work with.
    pub app: App,
    router: Router,
    letters: Arc<Letters>,
    people: Mutex<u32>,
    jobs_may_stay: bool,
}

/// A browser: signed in or not, with its cookies.
pub struct Visitor<'a> {
    app: &'a TestApp,
    cookies: Mutex<BTreeMap<String, String>>,
    /// Whom it belongs to, when somebody signed in through the test's back door.
    pub person: Option<PersonId>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Letters stay in memory, where the test reads them.
#[derive(Default)]
struct Letters(Mutex<Vec<Letter>>);

#[async_trait]
impl Outbox for Letters {
    async fn put(&self, letter: Letter) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(letter);
        Ok(())
    }

    fn delivers(&self) -> bool {
        true
    }
}

impl TestApp {
    /// The application of an organisation called Aldermark, which exists afterwards if it did not before.
    pub async fn new(t: &TestDb) -> Self {
        Self::at(t, "http://127.0.0.1:8080").await
    }

    /// The application at an address of one's own: `https://…` for what holds behind TLS.
    pub async fn at(t: &TestDb, site: &str) -> Self {
        let app = Self::unfounded(t, site);
        let act = Act::by_system(Via::Command, app.clock.now());
        if Organisation::find(app.keelson.db.read())
            .await
            .unwrap()
            .is_none()
        {
            let tx = app.keelson.db.begin().await.unwrap();
            let aldermark = NewOrganisation {
                name: "Aldermark".to_owned(),
                currency: Currency::parse("EUR").unwrap(),
                locale: "en-GB".to_owned(),
                invented: false,
            };
            access::found(&tx, &act, aldermark).await.unwrap();
            tx.commit().await.unwrap();
        }
        app
    }

    /// The application before anybody set it up.
    pub fn unfounded(t: &TestDb, site: &str) -> Self {
        let letters = Arc::new(Letters::default());
        let site = Site::parse(site).expect("the site's address is one");
        let app = App::new(
            t.keelson.clone(),
            site,
            letters.clone(),
            StdRng::seed_from_u64(7),
        );
        Self {
            keelson: t.keelson.clone(),
            clock: t.clock.clone(),
            router: keelson_web::router(app.clone()),
            app,
            letters,
            people: Mutex::new(0),
            jobs_may_stay: false,
        }
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Visitor<'_> {
        Visitor {
            app: self,
            cookies: Mutex::default(),
            person: None,
        }
    }

    /// A new person of the buying company with this role, signed in.
    pub async fn signed_in_as(&self, role: Role) -> Visitor<'_> {
        assert_eq!(
            role.side(),
            Side::Buyer,
            "a supplier's person has a supplier: use signed_in_for"
        );
        let person = self.person(&[role], None).await;
        self.signed_in(person).await
    }

    /// A new person of a supplier with this role, signed in.
    pub async fn signed_in_for(&self, supplier: SupplierId, role: Role) -> Visitor<'_> {
        let person = self.person(&[role], Some(supplier)).await;
        self.signed_in(person).await
    }

    /// A new person who is active and has no password.
    pub async fn person(&self, roles: &[Role], supplier: Option<SupplierId>) -> PersonId {
        let number = {
            let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
            *people += 1;
            *people
        };
        let role = roles.first().map_or("somebody", |role| role.code());
        let new = NewPerson {
            email: Email::parse(&format!("{role}.{number}@aldermark.example")).unwrap(),
            name: PersonName::parse(&format!("{role} {number}")).unwrap(),
            roles: roles.to_vec(),
            supplier,
        };
        let act = Act::by_system(Via::Command, self.clock.now());
        let tx = self.keelson.db.begin().await.unwrap();
        let id = access::add(&tx, &act, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An existing person, signed in.
    pub async fn signed_in(&self, person: PersonId) -> Visitor<'_> {
        let act = Act::by_person(person, Via::Page, self.clock.now());
        let tx = self.keelson.db.begin().await.unwrap();
        let browser = session::Browser::default();
        let secret = session::start(&tx, &act, &mut self.app.rng(), person, &browser)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let visitor = Visitor {
            person: Some(person),
            ..self.visitor()
        };
        visitor.keep(self.session_cookie(), &secret.reveal());
        visitor
    }

    /// What the session's cookie is called at this site.
    pub fn session_cookie(&self) -> &'static str {
        if self.app.site.is_secure() {
            "__Host-keelson"
        } else {
            "keelson"
        }
    }

    /// The letters sent so far, once everything that follows an answer is done.
    pub async fn letters(&self) -> Vec<Letter> {
        self.app.settled().await;
        self.letters
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The path of the link in the newest letter.
    pub async fn newest_link(&self) -> Option<String> {
        let letters = self.letters().await;
        let text = &letters.last()?.text;
        let base = self.app.site.link("");
        let link = text
            .split_whitespace()
            .find(|word| word.starts_with(&base))?;
        Some(link[base.len()..].to_owned())
    }

    /// Jobs this test leaves in the queue are not its subject.
    pub fn leave_jobs(&mut self) {
        self.jobs_may_stay = true;
    }

    /// Sends a request as it is, with no cookie and no header of a browser.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router always answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .expect("a body that was made in memory can be read");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.jobs_may_stay || std::thread::panicking() {
            return;
        }
        let waiting = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current()
                .block_on(keelson_jobs::waiting(self.keelson.db.read()))
        })
        .expect("the queue can be read");
        assert!(waiting.is_empty(), "jobs are left waiting: {waiting:?}");
    }
}

impl Visitor<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    /// As htmx asks for a fragment.
    pub async fn get_fragment(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("hx-request", "true"))
            .await
    }

    /// Sends a form as the browser does from a page of ours.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form(fields);
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .expect("the request is well formed");
        self.exchange(request).await
    }

    /// Sends a form with files: name, file name (none for a plain field), content.
    pub async fn post_files(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let boundary = "keelson-test-boundary";
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file
                .map(|file| format!("; filename=\"{file}\""))
                .unwrap_or_default();
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let request = self
            .request(Method::POST, path)
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={boundary}"),
            )
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .expect("the request is well formed");
        self.exchange(request).await
    }

    /// Follows redirects until a page comes.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let Some(to) = answer.location().filter(|_| answer.status.is_redirection()) else {
                return answer;
            };
            answer = self.get(&to).await;
        }
        panic!("ten redirects and no page");
    }

    /// A request of one's own, with this browser's cookies.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let held: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder().method(method).uri(path);
        if held.is_empty() {
            request
        } else {
            request.header(header::COOKIE, held.join("; "))
        }
    }

    /// Sends a request and keeps the cookies that come back.
    pub async fn exchange(&self, request: Request<Body>) -> Answer {
        let answer = self.app.send(request).await;
        for value in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie_of(value.to_str().expect("a cookie is text"));
            self.keep(&cookie.0, &cookie.1);
        }
        answer
    }

    /// Keeps a cookie; an empty value forgets it.
    pub fn keep(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    async fn send(&self, request: axum::http::request::Builder) -> Answer {
        let asked = request.body(()).expect("the request is well formed");
        let mut own = self.request(asked.method().clone(), &asked.uri().to_string());
        for (name, value) in asked.headers() {
            own = own.header(name, value);
        }
        let request = own.header(header::ACCEPT, "text/html").body(Body::empty());
        self.exchange(request.expect("the request is well formed"))
            .await
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.text())
    }

    /// The texts of the elements a CSS selector finds, spaces joined.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("the selector is well formed");
        self.html()
            .select(&selector)
            .map(|element| {
                element
                    .text()
                    .flat_map(str::split_whitespace)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    /// An attribute of the first element a CSS selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(selector).expect("the selector is well formed");
        self.html()
            .select(&selector)
            .next()?
            .attr(name)
            .map(str::to_owned)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("the header is text"))
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<String> {
        self.header("location").map(str::to_owned)
    }
}

/// A form's fields as the browser writes them.
fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".to_owned(),
                _ => format!("%{byte:02X}"),
            })
            .collect::<String>()
    };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn cookie_of(header: &str) -> (String, String) {
    let pair = header.split(';').next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name.to_owned(), value.to_owned())
}
