from fastapi import APIRouter
from app.ant import ant
from app.auth import guard
from app.zebra import zebra

api = APIRouter()
api.include_router(guard)
api.include_router(ant)
api.include_router(zebra)
check()
check()
