//! HTTP on a connection, and what is logged where there is none.

use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_factory, fn_service, map_config,
};
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use tokio::sync::watch;

use super::connections::know_connection;
use super::stream::Connection;

/// How long a connection may lie idle between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the first request's head may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long what a client still sends is read after its answer, so that it gets that.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves HTTP/1 on each connection; idle ones end when it is time to stop.
pub(super) fn door<A, S, B>(
    app: A,
    stopping: watch::Receiver<bool>,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
where
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let app = app.into_factory().map_err(|error| error.error_response());
    let http = HttpService::build()
        .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
        .client_request_timeout(HEAD)
        .client_disconnect_timeout(FAREWELL)
        .h1_allow_half_closed(false)
        .graceful_shutdown_signal(move || {
            let mut stopping = stopping.clone();
            async move { drop(stopping.wait_for(|stopping| *stopping).await) }
        })
        .on_connect_ext(know_connection)
        .h1(map_config(app, |()| AppConfig::default()));
    let http = Rc::new(http);
    fn_factory(move || {
        let http = Rc::clone(&http);
        async move {
            let http = Rc::new(http.new_service(()).await?);
            Ok::<_, ()>(fn_service(move |socket| serve(Rc::clone(&http), socket)))
        }
    })
}

/// Serves a connection to its end.
async fn serve<H>(http: Rc<H>, socket: TcpStream) -> Result<(), ()>
where
    H: Service<(Connection, Option<std::net::SocketAddr>), Response = (), Error = DispatchError>,
{
    let peer = socket.peer_addr().ok();
    let _ = socket.set_nodelay(true);
    let served = http.call((Connection::new(socket), peer)).await;
    if let Err(DispatchError::Parse(why)) = served {
        let address = peer.map(|peer| peer.ip().to_string()).unwrap_or_default();
        tracing::info!("{address} sent what is no request of HTTP/1: {why}");
    }
    Ok(())
}
