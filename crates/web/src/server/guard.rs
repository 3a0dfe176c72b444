//! Who is asking, and whether they may.

use std::{
    convert::Infallible,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};
use keelson_domain::{
    Act,
    access::{Organisation, Permission, Permissions, Person, Scope, Secret, Side, session},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::App;
use crate::{
    Access, Error, Result,
    kit::{self, Flash, Hx, Locale, PinnedView, Tone},
};

/// Somebody who is signed in: the person, what they may do, how they read.
#[derive(Clone)]
pub struct Signed(Arc<SignedIn>);

struct SignedIn {
    secret: Secret,
    session: session::Session,
    person: Person,
    permissions: Permissions,
    organisation: Organisation,
    locale: Locale,
    flash: Vec<Flash>,
    pinned: Vec<PinnedView>,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("person", &self.0.person.id)
            .finish_non_exhaustive()
    }
}

impl Signed {
    pub fn person(&self) -> &Person {
        &self.0.person
    }

    pub fn session(&self) -> &session::Session {
        &self.0.session
    }

    pub fn organisation(&self) -> &Organisation {
        &self.0.organisation
    }

    /// How this person reads numbers and dates.
    pub fn locale(&self) -> Locale {
        self.0.locale
    }

    /// Whose records this person may read.
    pub fn scope(&self) -> Scope {
        self.0.person.scope()
    }

    /// Whether this person may do something: for what a page offers. That a route is closed says the route itself.
    pub fn may(&self, permission: Permission) -> bool {
        self.0.permissions.has(permission)
    }

    /// What this person does now, for an operation of the domain.
    pub fn act(&self, app: &App) -> Act {
        Act::by_person(self.0.person.id, self.0.person.door(), app.now())
    }

    /// Sends the browser on after something was done, and says what, once, above the next page.
    pub fn done(&self, app: &App, hx: &Hx, to: &str, flash: Flash) -> Response {
        let mut response = kit::redirect(hx, to);
        set_cookie(&mut response, flash_cookie(app, &self.0.secret, &flash));
        response
    }

    pub(crate) fn flash(&self) -> Vec<Flash> {
        self.0.flash.clone()
    }

    /// The views this person keeps in the sidebar.
    pub(crate) fn pinned(&self) -> Vec<PinnedView> {
        self.0.pinned.clone()
    }

    async fn read(app: &App, headers: &HeaderMap) -> Result<Option<Self>> {
        let Some(secret) = token(app, headers) else {
            return Ok(None);
        };
        let now = app.now();
        let db = app.keelson.db.read();
        let Some((session, person)) = session::find(db, &secret, now).await? else {
            return Ok(None);
        };
        let Some(organisation) = Organisation::find(db).await? else {
            return Ok(None);
        };
        session::seen(&app.keelson, &session, person.id, now).await?;
        let tag = person
            .preferences
            .locale
            .as_deref()
            .unwrap_or(&organisation.locale);
        // Fragments have no sidebar, and neither has the portal.
        let has_sidebar = person.side() == Side::Buyer && !headers.contains_key("hx-request");
        let pinned = if has_sidebar {
            crate::suppliers::pinned(app, person.id).await?
        } else {
            Vec::new()
        };
        Ok(Some(Self(Arc::new(SignedIn {
            pinned,
            locale: Locale::from_tag(tag).unwrap_or_default(),
            permissions: person.permissions(),
            flash: read_flash(app, &secret, headers).into_iter().collect(),
            secret,
            session,
            person,
            organisation,
        }))))
    }
}

impl FromRequestParts<App> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let found = <Self as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await?;
        found.ok_or(Error::SignIn)
    }
}

/// On public pages, which greet somebody who is signed in already.
impl OptionalFromRequestParts<App> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Error> {
        if let Some(signed) = parts.extensions.get::<Self>() {
            return Ok(Some(signed.clone()));
        }
        Self::read(app, &parts.headers).await
    }
}

/// Stands before every route: lets in whom the route's declaration lets in, and nobody else. What somebody may not use does not
/// exist for them.
pub(crate) async fn check(
    State((app, access)): State<(App, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    if access == Access::Public {
        return next.run(request).await;
    }
    let signed = match Signed::read(&app, request.headers()).await {
        Ok(Some(signed)) => signed,
        Ok(None) => return Error::SignIn.into_response(),
        Err(error) => return error.into_response(),
    };
    if let Access::May(permission) = access
        && !signed.may(permission)
    {
        return Error::NotFound.into_response();
    }
    // A message is shown by the first whole page after it; fragments and files leave it for that page.
    let shows = request.method() == Method::GET && !request.headers().contains_key("hx-request");
    let has_flash = !signed.0.flash.is_empty();
    let person = signed.person().id;
    request.extensions_mut().insert(signed);
    let mut response = next.run(request).await;
    // For the log line.
    response.extensions_mut().insert(person);
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if shows && has_flash && is_page {
        set_cookie(&mut response, expired(&app, flash_name(&app)));
    }
    response
}

/// The token a request carries.
pub(crate) fn token(app: &App, headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, session_name(app)).and_then(|text| Secret::parse(&text))
}

/// What a browser says about itself, for the session about to start.
pub(crate) fn browser(app: &App, headers: &HeaderMap) -> session::Browser {
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    session::Browser {
        user_agent: user_agent.map(str::to_owned),
        session: token(app, headers),
    }
}

/// Gives the browser its session.
pub(crate) fn begin(app: &App, response: &mut Response, secret: &Secret) {
    let mut cookie = ours(app, session_name(app), secret.reveal());
    cookie.set_max_age(cookie::time::Duration::seconds(
        session::LONGEST.num_seconds(),
    ));
    set_cookie(response, cookie);
}

/// Takes the session's cookie from the browser.
pub(crate) fn forget(app: &App, response: &mut Response) {
    set_cookie(response, expired(app, session_name(app)));
    set_cookie(response, expired(app, flash_name(app)));
}

/// With TLS the prefix makes browsers refuse a cookie that another host or a page without TLS tries to plant.
fn session_name(app: &App) -> &'static str {
    if app.site.is_secure() {
        "__Host-keelson"
    } else {
        "keelson"
    }
}

fn flash_name(app: &App) -> &'static str {
    if app.site.is_secure() {
        "__Host-keelson-said"
    } else {
        "keelson-said"
    }
}

fn ours(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.site.is_secure())
        .build()
}

fn expired(app: &App, name: &'static str) -> Cookie<'static> {
    let mut cookie = ours(app, name, String::new());
    cookie.set_max_age(cookie::time::Duration::ZERO);
    cookie
}

fn set_cookie(response: &mut Response, cookie: Cookie<'static>) {
    if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::<_, cookie::ParseError>::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A message on its way to the next page, as the cookie carries it.
#[derive(Serialize, Deserialize)]
struct Said {
    bad: bool,
    text: String,
    undo: Option<String>,
}

/// The message is sealed with the session's secret: nobody else can make a page of ours say something.
fn flash_cookie(app: &App, secret: &Secret, flash: &Flash) -> Cookie<'static> {
    let said = Said {
        bad: flash.tone == Tone::Bad,
        text: flash.text.clone(),
        undo: flash.undo.clone(),
    };
    let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&said).unwrap_or_default());
    let mut cookie = ours(
        app,
        flash_name(app),
        format!("{body}.{}", seal(secret, &body)),
    );
    cookie.set_max_age(cookie::time::Duration::minutes(1));
    cookie
}

fn read_flash(app: &App, secret: &Secret, headers: &HeaderMap) -> Option<Flash> {
    let value = cookie(headers, flash_name(app))?;
    let (body, sealed) = value.split_once('.')?;
    if Sha256::digest(sealed) != Sha256::digest(seal(secret, body)) {
        return None;
    }
    let said: Said = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
    let flash = if said.bad {
        Flash::bad(said.text)
    } else {
        Flash::ok(said.text)
    };
    Some(match said.undo {
        Some(action) => flash.with_undo(action),
        None => flash,
    })
}

/// A keyed digest: the secret stands on both sides, so that nothing can be appended.
fn seal(secret: &Secret, body: &str) -> String {
    let key = secret.reveal();
    let digest = Sha256::new()
        .chain_update(&key)
        .chain_update(body)
        .chain_update(&key)
        .finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

/// Where a request comes from, to count failed sign-ins by.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) String);

impl FromRequestParts<App> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        // The proxy appends whom it saw; whatever stands before that, the visitor wrote.
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .and_then(|text| text.trim().parse().ok());
        let address = if app.site.behind_proxy {
            forwarded.or(peer)
        } else {
            peer
        };
        Ok(Self(address.map_or_else(|| "unknown".to_owned(), network)))
    }
}

/// One visitor's network: a connection has one IPv4 address, but 2^64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_counts_as_one_visitor() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
