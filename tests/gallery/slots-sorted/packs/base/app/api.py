from fastapi import APIRouter
# imports

api = APIRouter()
# routers
# checks
