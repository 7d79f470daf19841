"""Serves the page, to this machine or with a password, until somebody stops it."""

import asyncio
import contextlib
import hmac
import os
import threading
import webbrowser

from fast_style.common.app.context import Context
from fast_style.common.app.folder import AppFolder
from fast_style.common.app.networks import Networks, given_networks
from fast_style.common.app.settings import LOCAL
from fast_style.common.errors import UserError
from fast_style.common.settings import check_settings
from fast_style.common.streams import say

FIRST_PORT, PORTS = 7860, 100
# Behind each wrong password, so that trying many takes long.
SECONDS_AFTER_A_WRONG_PASSWORD = 1.0


def prepare(settings, for_strangers=False):
    """The :class:`Context` of an app that may be served as the settings say.

    Args:
        settings: :class:`AppSettings`.
        for_strangers: it is a public page, by the wish of its owner: without a password, and without the tabs and
            paths that are the owner's alone.

    Raises:
        UserError: a bad setting; an address beyond this machine without a password; a folder that another app uses.
    """
    check_settings(type(settings), vars(settings))
    if not for_strangers:
        settings.check_password()
    given = given_networks(settings.network)
    if settings.segmentation is not None and not os.path.isfile(settings.segmentation):
        raise UserError(f"--segmentation: expected a TFLite file. Received: {settings.segmentation} (no such file)")
    folder = AppFolder(settings.folder)
    _import_gradio(folder)
    folder.hold()
    folder.sweep()
    return Context(settings, folder, Networks(settings.precision), for_strangers, given)


def _import_gradio(folder):
    # Read where it is imported, and where a component is made.
    os.environ["GRADIO_TEMP_DIR"] = str(folder.temporary)
    os.environ["GRADIO_EXAMPLES_CACHE"] = str(folder.temporary / "examples")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("MPLCONFIGDIR", str(folder.path / "matplotlib"))  # it would keep a list of fonts in the home
    try:
        import gradio
    except ImportError as error:
        raise UserError(
            f"gradio: expected it to be installed: pip install 'fast-style[app]'. Received: {error}"
        ) from error
    if int(gradio.__version__.partition(".")[0]) < 6:
        raise UserError(f"gradio: expected 6 or later: pip install 'fast-style[app]'. Received: {gradio.__version__}")


def launch(context):
    """Serves the page in threads of its own.

    Args:
        context: of :func:`prepare`.

    Returns:
        (page, address): Gradio's Blocks, to be closed, and where it is.

    Raises:
        UserError: the port is taken.
    """
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from fast_style.common.app.fences import Fences
    from fast_style.common.app.page import build_page, look

    settings = context.settings
    page = build_page(context)
    page.queue(max_size=settings.max_waiting, default_concurrency_limit=1)
    fences = [Middleware(Fences)]
    if settings.is_local:  # a page of another host, whose name leads here, is refused
        fences.append(Middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL, "[::1]"]))
    try:
        _, address, _ = page.launch(
            server_name=settings.listen,
            server_port=settings.port,
            auth=None if settings.password is None else _password_check(settings.password),
            max_file_size=settings.max_upload << 20,
            app_kwargs={"middleware": fences, "docs_url": None, "redoc_url": None, "openapi_url": None},
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            **look(),
        )
    except OSError as error:
        port = settings.port or f"{FIRST_PORT} to {FIRST_PORT + PORTS - 1}"
        raise UserError(
            f"--listen, --port: expected an address of this machine and a port that is free. "
            f"Received: {settings.listen}, {port}"
        ) from error
    context.networks.start()
    return page, address


def _password_check(password):
    async def check(user, given):
        right = hmac.compare_digest(given.encode(), password.encode())
        if not right:
            await asyncio.sleep(SECONDS_AFTER_A_WRONG_PASSWORD)
        return right

    return check


def serve(settings, for_strangers=False):
    """Serves the page until Ctrl-C or SIGTERM, and empties what is temporary; arguments as of :func:`prepare`.

    Raises:
        UserError: as of :func:`prepare` and :func:`launch`.
    """
    context = prepare(settings, for_strangers)
    page, address = launch(context)
    say(f"{address}  Ctrl-C stops it")
    if settings.browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        page.close(verbose=False)
        context.networks.stop()
        context.folder.sweep()
        context.folder.release()
