from fastapi import FastAPI

# slot: imports


def create() -> FastAPI:
    app = FastAPI()
    if app.debug:
        # slot: routers
        pass
    try:
        return app
    finally:
        # slot: shutdown
        app.state.done = True
