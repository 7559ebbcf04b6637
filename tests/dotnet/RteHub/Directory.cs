// The few people, queues and call lists of this server's organization, and the names of the documented events.

using System;
using System.Collections.Generic;
using System.Linq;

namespace Switchhook.RteHub
{
    /// <summary>Something that can be subscribed to.</summary>
    public sealed class Entity
    {
        public Entity(string id, string name)
        {
            Id = id;
            Name = name;
        }

        public string Id { get; }

        public string Name { get; }
    }

    public static class Directory
    {
        public const string Organization = "29f6e823-b484-e611-80c9-00505689257e";

        public static readonly Entity[] Agents =
        {
            new Entity("aa9730c4-ce86-e611-80c9-00505689257e", "Aino Korhonen"),
            new Entity("aa9730c4-ce86-e611-80c9-005056892502", "Björn Lund"),
            new Entity("aa9730c4-ce86-e611-80c9-005056892503", "Chloé Martin"),
            new Entity("aa9730c4-ce86-e611-80c9-005056892504", "Dawid Nowak"),
            new Entity("aa9730c4-ce86-e611-80c9-005056892505", "Elif Yılmaz"),
        };

        public static readonly Entity[] Queues =
        {
            new Entity("c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3", "Orders"),
            new Entity("c9eeb030-ff4b-ea11-ac9c-00155d4fdc02", "Returns & refunds"),
            new Entity("c9eeb030-ff4b-ea11-ac9c-00155d4fdc03", "Technical support"),
        };

        public static readonly Entity[] CallLists =
        {
            new Entity("d7eeb030-ff4b-ea11-ac9c-00155d4fdcf3", "Call back today"),
        };

        /// <summary>What GET /directory answers.</summary>
        public static object Document => new { Agents, Queues, CallLists };

        // The documentation's names, each with the kind of entity it belongs to. The heading of one of them ends in
        // "Event" where its event type does not; the event type is the name on the wire.
        private static readonly string[] UserEvents =
        {
            "UserAlert", "UserAvailability", "UserCallAvailableForMonitoring", "UserCallInArrived",
            "UserCallInCallbackCreated", "UserCallInComing", "UserCallInDisconnected", "UserCallInHoldEnd",
            "UserCallInHoldStart", "UserCallInOverflow", "UserCallInRecordingConverted", "UserCallInTransferCancelled",
            "UserCallInTransferConnected", "UserCallInTransferStarted", "UserCallInUserAllocated",
            "UserCallInUserCancelled", "UserCallInUserConnected", "UserCallInUserOverflow", "UserCallOutConnected",
            "UserCallOutDisconnected", "UserCallOutGoing", "UserCallOutHoldEnd", "UserCallOutHoldStart",
            "UserCallOutRecordingConverted", "UserRealTimeTranscriptPhrase", "UserSetting", "UserStatus",
            "UserSupervisionStatus", "UserTerminalStatus", "UserWrapUpEnabled", "UserWrapUpRequestInitiate",
            "UserWrapUpRequestTerminate", "UserWrapUpStarted", "UserWrapUpTerminated",
        };

        private static readonly Dictionary<string, string> EntityTypes = UserEvents
            .Select(name => (name, type: "User"))
            .Append((name: "QueueStatus", type: "Queue"))
            .Append((name: "CallbackChanged", type: "CallList"))
            .ToDictionary(pair => pair.name, pair => pair.type, StringComparer.OrdinalIgnoreCase);

        /// <summary>The event names, as AvailableSubscriptions answers them.</summary>
        public static string[] EventNames => EntityTypes.Keys.ToArray();

        /// <summary>The documented spelling of an event name and its kind of entity, whatever the case it came in.</summary>
        public static bool Knows(string eventName, out string spelling, out string entityType)
        {
            spelling = EntityTypes.Keys.FirstOrDefault(
                name => string.Equals(name, eventName, StringComparison.OrdinalIgnoreCase));
            entityType = spelling == null ? null : EntityTypes[spelling];
            return spelling != null;
        }

        /// <summary>Whether a user of this organization may subscribe to an entity: it exists and is of this kind.</summary>
        public static bool Allows(Guid entity, string entityType)
        {
            var known = entityType switch
            {
                "User" => Agents,
                "Queue" => Queues,
                _ => CallLists,
            };
            return known.Any(one => Guid.Parse(one.Id) == entity);
        }
    }
}
