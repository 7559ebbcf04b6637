// SignalR's own keeper of connections, with one addition: a test can have a Close record sent on any of them.
// Aborting a connection, the only way a hub has of ending it, sends none.

using System.Threading.Tasks;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;

namespace Switchhook.RteHub
{
    public sealed class Connections : DefaultHubLifetimeManager<Rte>
    {
        private readonly HubConnectionStore all = new HubConnectionStore();

        public Connections(ILogger<DefaultHubLifetimeManager<Rte>> logger)
            : base(logger)
        {
        }

        public override Task OnConnectedAsync(HubConnectionContext connection)
        {
            all.Add(connection);
            return base.OnConnectedAsync(connection);
        }

        public override Task OnDisconnectedAsync(HubConnectionContext connection)
        {
            all.Remove(connection);
            return base.OnDisconnectedAsync(connection);
        }

        /// <summary>Sends a Close record; the client then ends the connection.</summary>
        public async Task SendClose(string connection, string error, bool allowReconnect)
        {
            var context = all[connection];
            if (context != null)
            {
                await context.WriteAsync(new CloseMessage(error, allowReconnect));
            }
        }
    }
}
