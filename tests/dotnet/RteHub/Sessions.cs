// Who is connected and what they subscribed to. A session ends with its connection and leaves nothing behind:
// the documentation says that a client subscribes again after every reconnect.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.SignalR;

namespace Switchhook.RteHub
{
    /// <summary>A subscription as it goes with each message.</summary>
    public sealed class Subscription
    {
        public string Id { get; set; }

        public bool AllRootEntities { get; set; }

        public string RootEntityId { get; set; }

        public string RootEntityType { get; set; }

        public string OrganizationId { get; set; }

        public string EventType { get; set; }

        public string EntityType { get; set; }

        public string EntityId { get; set; }

        public bool AllEntities { get; set; }

        public static Subscription For(Guid entity, string eventType, string entityType) => new Subscription
        {
            Id = Guid.NewGuid().ToString(),
            RootEntityId = Directory.Organization,
            RootEntityType = "Organization",
            OrganizationId = Directory.Organization,
            EventType = eventType,
            EntityType = entityType,
            EntityId = entity.ToString(),
        };
    }

    /// <summary>The subscriptions of one connection.</summary>
    public sealed class Session
    {
        private readonly ConcurrentDictionary<(Guid, string), Subscription> subscriptions =
            new ConcurrentDictionary<(Guid, string), Subscription>();

        public Session(HubCallerContext context)
        {
            Context = context;
        }

        public HubCallerContext Context { get; }

        public void Add(Guid entity, string eventType, string entityType) =>
            subscriptions.GetOrAdd((entity, eventType), _ => Subscription.For(entity, eventType, entityType));

        public void Remove(Guid entity, string eventType, string entityType) =>
            subscriptions.TryRemove((entity, eventType), out _);

        public void Clear() => subscriptions.Clear();

        public IReadOnlyCollection<Subscription> All() => subscriptions.Values.ToArray();

        public Subscription To(string entity, string eventType) =>
            Guid.TryParse(entity, out var id) && subscriptions.TryGetValue((id, eventType), out var subscription)
                ? subscription
                : null;
    }

    public sealed class Sessions
    {
        private readonly ConcurrentDictionary<string, Session> all = new ConcurrentDictionary<string, Session>();
        private readonly IHubContext<Rte> hub;
        private readonly Connections connections;

        public Sessions(IHubContext<Rte> hub, Connections connections)
        {
            this.hub = hub;
            this.connections = connections;
        }

        public void Add(HubCallerContext context) => all[context.ConnectionId] = new Session(context);

        public void Remove(string connection) => all.TryRemove(connection, out _);

        public Session Of(string connection) => all[connection];

        public object Describe() => all.Values.Select(session => new
        {
            Connection = session.Context.ConnectionId,
            Subscriptions = session.All().Count,
        });

        /// <summary>Sends an event to every session that subscribed to it.</summary>
        public async Task Publish(string entity, string eventType, object data)
        {
            foreach (var session in all.Values)
            {
                var subscription = session.To(entity, eventType);
                if (subscription != null)
                {
                    await Send(session, new { subscription, data });
                }
            }
        }

        /// <summary>Sends what a test wants to every session, and answers how many there were.</summary>
        public async Task<int> EmitToAll(JsonElement body)
        {
            var count = 0;
            var whole = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("subscription", out _);
            foreach (var session in all.Values)
            {
                await Send(session, whole ? (object)body : new { subscription = Matching(session, body), data = body });
                count++;
            }
            return count;
        }

        /// <summary>Ends every connection at once, without a close record.</summary>
        public void AbortAll()
        {
            foreach (var session in all.Values)
            {
                session.Context.Abort();
            }
        }

        /// <summary>Ends every connection with a close record, as a server does that is shut down in order.</summary>
        public async Task CloseAll(string error, bool allowReconnect)
        {
            foreach (var session in all.Values)
            {
                await connections.SendClose(session.Context.ConnectionId, error, allowReconnect);
            }
        }

        private Task Send(Session session, object message) =>
            hub.Clients.Client(session.Context.ConnectionId).SendAsync("MessageReceived", message);

        private static Subscription Matching(Session session, JsonElement data)
        {
            string Text(string name) => data.ValueKind == JsonValueKind.Object
                && data.EnumerateObject().FirstOrDefault(
                    member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)).Value
                    is { ValueKind: JsonValueKind.String } value
                ? value.GetString()
                : null;
            var entity = Text("entityId");
            var eventType = Text("eventType");
            return session.To(entity, eventType ?? "")
                ?? Subscription.For(Guid.TryParse(entity, out var id) ? id : Guid.Empty, eventType, Text("entityType"));
        }
    }
}
