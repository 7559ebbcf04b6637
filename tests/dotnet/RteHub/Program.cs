// A small RTE hub on Microsoft's own SignalR server, for tests.
//
// It speaks what the Enreach RTE documentation describes: the token endpoint, the hub with its five methods and their
// validation answers, and MessageReceived as the only message. The project's client and page are tested against it,
// because a server that the project wrote itself would share the project's misunderstandings.
// Start it with --port N (0 chooses a free one); it prints "listening on <address>" when it is ready.

using System;
using System.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Switchhook.RteHub
{
    public static class Program
    {
        public static void Main(string[] arguments)
        {
            var settings = Settings.Parse(arguments);
            using var host = Host.CreateDefaultBuilder()
                .ConfigureLogging(logging => logging.ClearProviders())
                .ConfigureServices(services => services
                    .AddSingleton(settings)
                    .AddSignalR(options => options.EnableDetailedErrors = settings.DetailedErrors))
                .ConfigureWebHostDefaults(web => web
                    .UseUrls($"http://127.0.0.1:{settings.Port}")
                    .UseStartup<Startup>())
                .Build();
            host.Start();
            var addresses = host.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
                .Features.Get<IServerAddressesFeature>().Addresses;
            Console.WriteLine($"listening on {addresses.First()}");
            host.WaitForShutdown();
        }
    }

    /// <summary>How the server was started.</summary>
    public sealed class Settings
    {
        public int Port { get; private set; }

        /// <summary>The time between two rounds of events; zero sends none by itself.</summary>
        public int IntervalMilliseconds { get; private set; } = 500;

        /// <summary>How long a token is good for; a negative number makes tokens that are expired already.</summary>
        public int TokenSeconds { get; private set; } = 300;

        /// <summary>Whether the answer to a failed call says why; Microsoft's default is that it does not.</summary>
        public bool DetailedErrors { get; private set; }

        public static Settings Parse(string[] arguments)
        {
            var settings = new Settings();
            for (var index = 0; index + 1 < arguments.Length; index += 2)
            {
                var value = int.Parse(arguments[index + 1]);
                switch (arguments[index])
                {
                    case "--port": settings.Port = value; break;
                    case "--interval": settings.IntervalMilliseconds = value; break;
                    case "--token-seconds": settings.TokenSeconds = value; break;
                    case "--detailed-errors": settings.DetailedErrors = value != 0; break;
                    default: throw new ArgumentException($"There is no option {arguments[index]}.");
                }
            }
            return settings;
        }
    }
}
