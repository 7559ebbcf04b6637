// The hub: the five documented methods, and nothing else.

using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Microsoft.AspNetCore.SignalR;

namespace Switchhook.RteHub
{
    /// <summary>One item of Subscribe and Unsubscribe.</summary>
    public sealed class EntitySubscription
    {
        public string EntityId { get; set; }

        public string EventName { get; set; }
    }

    /// <summary>One item of their answer.</summary>
    public sealed class SubscriptionResult
    {
        public bool Subscribed { get; set; }

        public string Message { get; set; }

        public string EntityId { get; set; }

        public string EventName { get; set; }
    }

    public sealed class Rte : Hub
    {
        private readonly Sessions sessions;

        public Rte(Sessions sessions)
        {
            this.sessions = sessions;
        }

        public override Task OnConnectedAsync()
        {
            sessions.Add(Context);
            return base.OnConnectedAsync();
        }

        public override Task OnDisconnectedAsync(Exception exception)
        {
            sessions.Remove(Context.ConnectionId);
            return base.OnDisconnectedAsync(exception);
        }

        public SubscriptionResult[] Subscribe(EntitySubscription[] items) =>
            Array.ConvertAll(items, item => Change(item, sessions.Of(Context.ConnectionId).Add));

        public SubscriptionResult[] Unsubscribe(EntitySubscription[] items) =>
            Array.ConvertAll(items, item => Change(item, sessions.Of(Context.ConnectionId).Remove));

        public bool UnsubscribeAll()
        {
            sessions.Of(Context.ConnectionId).Clear();
            return true;
        }

        public string[] AvailableSubscriptions() => Directory.EventNames;

        public IReadOnlyCollection<Subscription> ActiveSubscriptions() => sessions.Of(Context.ConnectionId).All();

        // Each item is checked by itself, in the documented order; one call may have mixed results. The documentation
        // does not show what `subscribed` is in the answer to Unsubscribe; here it says that the item was in order.
        private static SubscriptionResult Change(EntitySubscription item, Action<Guid, string, string> change)
        {
            var result = new SubscriptionResult
            {
                EntityId = item?.EntityId,
                EventName = item?.EventName?.ToLowerInvariant(),
            };
            if (!Guid.TryParse(item?.EntityId, out var entity))
            {
                result.Message = "Invalid EntityId";
            }
            else if (!Directory.Knows(item.EventName, out var spelling, out var entityType))
            {
                result.Message = "Invalid event name";
            }
            else if (!Directory.Allows(entity, entityType))
            {
                result.Message = "Unauthorized";
            }
            else
            {
                change(entity, spelling, entityType);
                result.Subscribed = true;
            }
            return result;
        }
    }
}
