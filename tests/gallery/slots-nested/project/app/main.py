from fastapi import FastAPI

from app.orders import router as orders
from app.users import router as users


def create() -> FastAPI:
    app = FastAPI()
    if app.debug:
        app.include_router(users)
        app.include_router(
            orders,
            prefix="/orders",
        )

        if app.title:
            app.state.title = app.title
        pass
    try:
        return app
    finally:
        app.state.done = True
