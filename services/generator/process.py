"""Builds the process from leaf to root, no more."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from atelier.generator.v1.card_art_service_pb2_grpc import add_CardArtServiceServicer_to_server
from atelier.generator.v1.credit_service_pb2_grpc import add_CreditServiceServicer_to_server
from atelier.generator.v1.generation_service_pb2_grpc import add_GenerationServiceServicer_to_server
from atelier.generator.v1.overview_service_pb2_grpc import add_GeneratorOverviewServiceServicer_to_server
from atelier.generator.v1.pose_service_pb2_grpc import add_PoseServiceServicer_to_server

from chassis.auth import Role
from chassis.blobs import Blobs
from chassis.command import Commands
from chassis.health import Health
from chassis.lifecycle import Part
from chassis.postgres import Database
from chassis.redis import open_redis
from chassis.server import GrpcServer, Service
from chassis.telemetry import Telemetry
from jobs.running import Handler
from jobs.runtime import JobRuntime
from services.generator import card_art_servicer, credit_servicer, overview_servicer, pose_servicer, servicer, store
from services.generator.backends.choosing import choose_backend
from services.generator.card_art_messages import CardArtMessages
from services.generator.card_art_servicer import CardArtServicer
from services.generator.card_browsing import CardBrowsing
from services.generator.card_drawing import CardDrawing
from services.generator.card_rendering import CardRendering
from services.generator.config import GeneratorSettings
from services.generator.credit_servicer import CreditServicer
from services.generator.crediting import Crediting
from services.generator.drawing import Drawing
from services.generator.errors import DOMAIN
from services.generator.exporting import Exporting
from services.generator.generating import Generating
from services.generator.generation_watching import GenerationWatching
from services.generator.handlers import ExportHandler, export_kind, variation_kind
from services.generator.image_url_filling import ImageUrlHandler, image_url_kind
from services.generator.image_url_sweeper import ImageUrlSweeper
from services.generator.image_urls import IMAGE_URL_KIND, ImageUrls
from services.generator.making import Maker, Making
from services.generator.messages import Messages
from services.generator.overview import Overviews
from services.generator.overview_servicer import OverviewServicer
from services.generator.pictures import PictureStore
from services.generator.player_importing import PlayerImporting
from services.generator.pose_importing import PoseImporting
from services.generator.pose_servicer import PoseServicer
from services.generator.pose_thumbnails import PoseThumbnails
from services.generator.posing import Posing
from services.generator.rasteriser import Rasteriser
from services.generator.roster_revision import RosterRevision
from services.generator.servicer import GenerationServicer
from services.generator.steering import Steering
from services.generator.variation_names import EXPORT_KIND, VARIATION_KIND
from services.generator.variations import VariationHandler

GRANTERS = frozenset({Role.OPERATOR})
IMPORTERS = frozenset({Role.OPERATOR, Role.SERVICE})


@dataclass(frozen=True)
class Foundation:
    """What serving and working both stand on."""

    telemetry: Telemetry
    database: Database
    rasteriser: Rasteriser
    maker: Maker
    pictures: PictureStore
    cards: CardDrawing
    jobs: JobRuntime

    @property
    def parts(self) -> Sequence[Part]:
        """In the order they start."""
        drawing = Drawing(rasteriser=self.rasteriser, backend=self.maker.backend)
        return [self.telemetry, self.database, drawing, *self.jobs.serving_parts()]


def foundation(
    settings: GeneratorSettings, log: structlog.stdlib.BoundLogger, *, maker: Maker | None = None
) -> Foundation:
    """The same for every command. `maker`: another than the settings name."""
    telemetry = Telemetry.of("generator", settings)
    database = Database.of(settings, meter=telemetry.meter)
    rasteriser = Rasteriser(processes=settings.drawers)
    pictures = PictureStore(Blobs(settings.needed_blobs_url))
    jobs = JobRuntime(
        service="generator",
        database=database,
        kinds=[variation_kind(concurrency=settings.variation_concurrency), export_kind(), image_url_kind()],
        settings=settings,
        prefix=settings.schema_name,
        meter=telemetry.meter,
        log=log,
    )
    return Foundation(
        telemetry=telemetry,
        database=database,
        rasteriser=rasteriser,
        maker=maker or Maker(*choose_backend(settings, rasteriser=rasteriser, drawers=settings.drawers, log=log)),
        pictures=pictures,
        cards=CardDrawing(database=database, rasteriser=rasteriser, pictures=pictures),
        jobs=jobs,
    )


def serving(settings: GeneratorSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that answers calls, in the order they start."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log)]


def working(settings: GeneratorSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that makes images."""
    base = foundation(settings, log)
    return [*base.parts, *workers(base, log)]


def running(settings: GeneratorSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of a process that does both."""
    base = foundation(settings, log)
    return [*base.parts, *answering(settings, base, log), *workers(base, log)]


def answering(settings: GeneratorSettings, base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The server and what it needs for itself."""
    watching = GenerationWatching(database=base.database, events=base.jobs.events)
    revision = roster_revision(settings, base.database)
    services = [
        *own_services(settings, base, watching),
        card_art_service(settings, base, revision),
        base.jobs.service(),
    ]
    health = Health(
        services=[service.name for service in services],
        dependencies=[base.database.dependency(store.check_tables), *base.jobs.dependencies()],
        log=log,
    )
    server = GrpcServer(
        settings=settings, domain=DOMAIN, services=services, health=health, telemetry=base.telemetry, log=log
    )
    return [revision, base.jobs.statistics, health, server, watching, base.jobs.watching]


def own_services(settings: GeneratorSettings, base: Foundation, watching: GenerationWatching) -> list[Service]:
    """The services of generations, poses and credits, and of an overview of these."""
    database, transactions, price = base.database, base.jobs.transactions, settings.credits_per_image
    posing = Posing(database=database)
    generating = Generating(
        database=database,
        transactions=transactions,
        posing=posing,
        backend_name=base.maker.backend.name,
        limits=base.maker.backend.limits,
        price=price,
    )
    generations = GenerationServicer(
        generating=generating,
        steering=Steering(database=database, transactions=transactions, price=price),
        watching=watching,
        pictures=base.pictures,
        messages=Messages(settings.media_signer()),
    )
    poses = PoseServicer(
        posing=posing,
        importing=PoseImporting(database=database),
        thumbnails=PoseThumbnails(rasteriser=base.rasteriser),
    )
    crediting = Crediting(database=database)
    overviews = Overviews(database=database)
    return [
        Service(
            name=servicer.SERVICE_NAME,
            add=add_GenerationServiceServicer_to_server,
            servicer=generations,
            roles={},
        ),
        Service(name=pose_servicer.SERVICE_NAME, add=add_PoseServiceServicer_to_server, servicer=poses, roles={}),
        Service(
            name=credit_servicer.SERVICE_NAME,
            add=add_CreditServiceServicer_to_server,
            servicer=CreditServicer(crediting=crediting),
            roles={"GrantCredits": GRANTERS},
        ),
        Service(
            name=overview_servicer.SERVICE_NAME,
            add=add_GeneratorOverviewServiceServicer_to_server,
            servicer=OverviewServicer(overviews=overviews, names=base.jobs.names),
            roles={},
        ),
    ]


def card_art_service(settings: GeneratorSettings, base: Foundation, revision: RosterRevision) -> Service:
    """The service of players and their cards."""
    return Service(
        name=card_art_servicer.SERVICE_NAME,
        add=add_CardArtServiceServicer_to_server,
        servicer=CardArtServicer(
            importing=PlayerImporting(database=base.database, revision=revision),
            rendering=CardRendering(
                drawing=base.cards,
                revision=revision,
                image_urls=ImageUrls(transactions=base.jobs.transactions),
                pictures=base.pictures,
            ),
            browsing=CardBrowsing(database=base.database, pictures=base.pictures),
            messages=CardArtMessages(settings.media_signer()),
        ),
        roles={"ImportPlayers": IMPORTERS},
    )


def roster_revision(settings: GeneratorSettings, database: Database) -> RosterRevision:
    """What tells whether cards in memory still hold."""
    redis = None if settings.redis_url is None else open_redis(settings.redis_url)
    return RosterRevision(database=database, redis=redis, prefix=settings.schema_name)


def workers(base: Foundation, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """What makes images, and what finds that some have no address."""
    database, pictures = base.database, base.pictures
    exporting = Exporting(pictures=pictures, log=log)
    making = Making(database=database, maker=base.maker, pictures=pictures)
    handlers: dict[str, Handler] = {
        VARIATION_KIND: VariationHandler(database=database, making=making, pictures=pictures, exporting=exporting),
        EXPORT_KIND: ExportHandler(database=database, pictures=pictures, exporting=exporting),
        IMAGE_URL_KIND: ImageUrlHandler(database=database, drawing=base.cards, pictures=pictures),
    }
    return [ImageUrlSweeper(transactions=base.jobs.transactions, log=log), base.jobs.worker(handlers)]


COMMANDS: Commands[GeneratorSettings] = {"serve": serving, "work": working, "run": running}
