//! Routes that cannot be declared without saying who may use them.

use axum::{
    Router, extract::DefaultBodyLimit, handler::Handler, middleware, routing::MethodRouter,
};
use keelson_domain::access::{Permission, Side};
use tower_http::limit::RequestBodyLimitLayer;

use crate::server::{App, guard};

/// A form's answers. Uploads say their own limit, see [`Routes::upload`].
const FORM_LIMIT: usize = 256 * 1024;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody. Said aloud, never by leaving something out.
    Public,
    /// Everybody who is signed in, on either side: the own account.
    SignedIn,
    /// Whose roles grant this.
    May(Permission),
}

impl From<Permission> for Access {
    fn from(permission: Permission) -> Self {
        Self::May(permission)
    }
}

/// A route as the tests see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    /// The most bytes a body may have.
    pub body_limit: usize,
}

/// The routes of a capability, each with its permission.
#[derive(Default)]
pub struct Routes(Vec<(RouteInfo, MethodRouter<App>)>);

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: impl Into<Access>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("GET", path, access.into(), 0, axum::routing::get(handler))
    }

    /// A form. A verb that does not fit becomes a noun: `POST /suppliers/{id}/approval`.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: impl Into<Access>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(
            "POST",
            path,
            access.into(),
            FORM_LIMIT,
            axum::routing::post(handler),
        )
    }

    /// A form with files, of at most `limit` bytes altogether.
    #[must_use]
    pub fn upload<H, T>(
        self,
        path: &'static str,
        access: impl Into<Access>,
        limit: usize,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(
            "POST",
            path,
            access.into(),
            limit,
            axum::routing::post(handler),
        )
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What there is, in the order of declaration.
    pub fn list(&self) -> Vec<RouteInfo> {
        self.0.iter().map(|(info, _)| *info).collect()
    }

    /// # Panics
    /// When a path of the portal asks for a permission of the buying company, or the other way round: a mistake in the source,
    /// found by the first test that lists the routes.
    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        access: Access,
        body_limit: usize,
        router: MethodRouter<App>,
    ) -> Self {
        let in_portal = path == "/portal" || path.starts_with("/portal/");
        let for_supplier =
            matches!(access, Access::May(permission) if permission.side() == Side::Supplier);
        assert_eq!(
            in_portal, for_supplier,
            "{method} {path} is declared with {access:?}"
        );
        self.0.push((
            RouteInfo {
                method,
                path,
                access,
                body_limit,
            },
            router,
        ));
        self
    }

    /// The router, every route behind its guard.
    pub(crate) fn guarded(self, app: &App) -> Router<App> {
        self.0
            .into_iter()
            .fold(Router::new(), |router, (info, route)| {
                let guard =
                    middleware::from_fn_with_state((app.clone(), info.access), guard::check);
                let route = route
                    .route_layer(guard)
                    .route_layer(DefaultBodyLimit::max(info.body_limit))
                    .route_layer(RequestBodyLimitLayer::new(info.body_limit));
                router.route(info.path, route)
            })
    }
}
