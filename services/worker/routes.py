"""HTTP in, HTTP out: nobody asks the worker for anything; its work comes from the queue."""

from fastapi import APIRouter

router = APIRouter()
