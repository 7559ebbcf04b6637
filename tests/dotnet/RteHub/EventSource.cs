// Changes the centre a little at every beat and publishes what changed, in the shape of the documentation's one real
// capture: camelCase members, the whole record in every event, a timestamp with seven fractional digits.

using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting;

namespace Switchhook.RteHub
{
    public sealed class EventSource : BackgroundService
    {
        private static readonly string[] Availabilities = { "Available", "Busy", "Lunch", "Meeting" };

        private readonly Sessions sessions;
        private readonly Settings settings;

        public EventSource(Sessions sessions, Settings settings)
        {
            this.sessions = sessions;
            this.settings = settings;
        }

        protected override async Task ExecuteAsync(CancellationToken stopping)
        {
            if (settings.IntervalMilliseconds <= 0)
            {
                return;
            }
            for (var beat = 0; !stopping.IsCancellationRequested; beat++)
            {
                foreach (var (agent, index) in Directory.Agents.Select((agent, index) => (agent, index)))
                {
                    await sessions.Publish(agent.Id, "UserStatus", UserStatus(agent, beat + index));
                    await sessions.Publish(agent.Id, "UserAvailability", UserAvailability(agent, beat + index));
                }
                foreach (var (queue, index) in Directory.Queues.Select((queue, index) => (queue, index)))
                {
                    await sessions.Publish(queue.Id, "QueueStatus", QueueStatus(queue, beat + index));
                }
                foreach (var list in Directory.CallLists)
                {
                    await sessions.Publish(list.Id, "CallbackChanged", CallbackChanged(list, beat));
                }
                await Task.Delay(settings.IntervalMilliseconds, stopping);
            }
        }

        private static object UserStatus(Entity agent, int beat) => new
        {
            RootEntityType = "Organization",
            RootEntityId = Directory.Organization,
            EventType = "UserStatus",
            EntityType = "User",
            EntityId = agent.Id,
            MessageTTLSeconds = 60,
            UserId = agent.Id,
            OrganizationId = Directory.Organization,
            CanBeAllocatedTo = beat % 3 == 0,
            Talking = beat % 3 == 1,
            TalkingStatusChanged = beat % 3 == 1 ? Now() : null,
            ActiveQueueId = beat % 3 == 1 ? Directory.Queues[0].Id : null,
            ActiveCallListId = (string)null,
            Available = beat % 3 != 2,
            Schedule = true,
            Serving = true,
            ServiceTerminals = 1,
            ActiveQueues = 2,
            ParkedCalls = 0,
            WrapUpStart = (string)null,
            WrapUpEnd = (string)null,
            ServingCallback = false,
            FetchMode = beat % 2 == 0,
            Note = "",
            AvailabilityStatus = beat % 3 == 2 ? "Busy" : "Available",
            Id = Guid.NewGuid().ToString(),
            Timestamp = Now(),
        };

        private static object UserAvailability(Entity agent, int beat) => new
        {
            RootEntityType = "Organization",
            RootEntityId = Directory.Organization,
            EventType = "UserAvailability",
            EntityType = "User",
            EntityId = agent.Id,
            UserId = agent.Id,
            OrganizationId = Directory.Organization,
            UserName = "user.name@example.com",
            ProfileId = Guid.Empty.ToString(),
            Availability = Availabilities[beat % Availabilities.Length],
            StartTime = Now(),
            EndTime = "9999-12-31T23:59:59.9999999",
            Note = "Back at <13:00> & then \"free\"",
            EventSource = "Api",
            TransferNumber = "+358401234567",
            Id = Guid.NewGuid().ToString(),
            Timestamp = Now(),
            MessageTTLSeconds = -1,
        };

        private static object QueueStatus(Entity queue, int beat) => new
        {
            RootEntityType = "Organization",
            RootEntityId = Directory.Organization,
            EventType = "QueueStatus",
            EntityType = "Queue",
            EntityId = queue.Id,
            MessageTTLSeconds = 60,
            QueueId = queue.Id,
            OrganizationId = Directory.Organization,
            QueueName = queue.Name,
            NbrOfProviders = 5,
            NbrOfRequesters = beat % 8,
            NbrOfServingAgentsEstimate = 3,
            NbrOfAllocated = beat % 2,
            NbrOfConnected = beat % 4,
            NbrOfQueuingRequesters = beat % 7,
            NbrOfNotServedRequesters = beat % 3,
            NbrOfAgentsLongTermAway = 1,
            NbrOfAgentsShortTermAway = beat % 2,
            NbrOfAgentsImmediatelyFree = 3 - beat % 4,
            NbrOfAgentsCheckedInQueue = 5,
            NbrOfAgentsOnWrapUp = beat % 2,
            NbrOfAgentsOnFetchMode = 0,
            MaxWaitTime = (long)(beat % 7 * 15),
            OpenStatus = 1,
            Id = Guid.NewGuid().ToString(),
            Timestamp = Now(),
        };

        // Ten callbacks in turn; each is created, later assigned, and closed in the end.
        private static object CallbackChanged(Entity list, int beat)
        {
            var number = beat % 10;
            var age = beat / 10 % 3;
            return new
            {
                RootEntityType = "Organization",
                RootEntityId = Directory.Organization,
                EventType = "CallbackChanged",
                EntityType = "CallList",
                EntityId = list.Id,
                MessageTTLSeconds = 120,
                CallBackId = $"e8eeb030-ff4b-ea11-ac9c-00155d4fdc{number:00}",
                CallListId = list.Id,
                OrganizationId = Directory.Organization,
                Modified = Now(),
                AssignedUserId = age == 1 ? Directory.Agents[0].Id : null,
                LastAttemptUserId = age == 2 ? Directory.Agents[0].Id : null,
                LastModifiedUserId = (string)null,
                LastAttemptTypeId = age == 2 ? 1 : (int?)null,
                ContactName = $"Customer {number}",
                ContactNumber = $"+35840123450{number}",
                ContactMessage = "Please call me back",
                Note = "",
                QueueId = Directory.Queues[0].Id,
                ChannelIn = "Web",
                CreationTime = Now(),
                Created = age == 0,
                IsClosed = age == 2,
                RecordingId = (string)null,
                TypeId = 1,
                DueDate = (string)null,
                CallId = (string)null,
                TranscriptId = (string)null,
                ClassificationId = (string)null,
                ExpiryDate = (string)null,
                LastAttemptTimestamp = age == 2 ? Now() : null,
                LastAttemptNote = "",
                CalculatedPriority = "5",
                NotBefore = (string)null,
                CallbackAttempts = (object[])null,
                CallbackExtras = (object[])null,
                CallbackRelatedItems = (object[])null,
                Id = Guid.NewGuid().ToString(),
                Timestamp = Now(),
            };
        }

        private static string Now() =>
            DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
    }
}
