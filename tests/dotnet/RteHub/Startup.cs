// The server's pipeline: answers for a page on another origin, the token and directory endpoints, the check of the
// token before the hub, the hub itself, and the endpoints with which a test makes things happen.

using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Switchhook.RteHub
{
    public sealed class Startup
    {
        private static readonly JsonSerializerOptions CamelCase = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        };

        public void ConfigureServices(IServiceCollection services)
        {
            services.AddSingleton<Connections>();
            services.AddSingleton<HubLifetimeManager<Rte>>(all => all.GetRequiredService<Connections>());
            services.AddSingleton<Sessions>();
            services.AddHostedService<EventSource>();
            services.AddCors();
        }

        public void Configure(IApplicationBuilder application, Sessions sessions, Settings settings)
        {
            application.UseCors(policy => policy
                .SetIsOriginAllowed(origin => true)
                .AllowCredentials()
                .AllowAnyMethod()
                .WithHeaders("authorization", "content-type", "x-requested-with", "x-signalr-user-agent", "cache-control"));
            application.Use(RefuseWithoutToken);
            application.UseRouting();
            application.UseEndpoints(endpoints =>
            {
                endpoints.MapGet("/token/{user}/rte/", context => GiveToken(context, settings));
                endpoints.MapGet("/directory", context => Answer(context, Directory.Document));
                endpoints.MapPost("/control/emit", context => Emit(context, sessions));
                endpoints.MapPost("/control/abort", context =>
                {
                    sessions.AbortAll();
                    return Answer(context, true);
                });
                endpoints.MapPost("/control/close", async context =>
                {
                    string error = context.Request.Query["error"];
                    await sessions.CloseAll(error, context.Request.Query["reconnect"] == "true");
                    await Answer(context, true);
                });
                endpoints.MapGet("/control/sessions", context => Answer(context, sessions.Describe()));
                endpoints.MapHub<Lab>("/lab", options => options.Transports = HttpTransportType.WebSockets);
                endpoints.MapHub<Rte>("/rte", options => options.Transports = HttpTransportType.WebSockets);
            });
        }

        // The token comes as the query's access_token, because a browser cannot set headers on a WebSocket, or as a
        // bearer header. Negotiate and the WebSocket request are both checked; an open connection is never again.
        private static Task RefuseWithoutToken(HttpContext context, Func<Task> next)
        {
            if (!context.Request.Path.StartsWithSegments("/rte"))
            {
                return next();
            }
            const string bearer = "Bearer ";
            string token = context.Request.Query["access_token"];
            string header = context.Request.Headers["Authorization"];
            if (string.IsNullOrEmpty(token) && header != null && header.StartsWith(bearer, StringComparison.Ordinal))
            {
                token = header.Substring(bearer.Length);
            }
            if (Token.IsValid(token))
            {
                return next();
            }
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        private static Task GiveToken(HttpContext context, Settings settings)
        {
            string header = context.Request.Headers["Authorization"];
            if (!Token.ReadsAsUser(header, out var user))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            }
            // The documented members are in PascalCase, unlike everything the hub sends.
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                WssEndpoint = $"ws://{context.Request.Host}/rte",
                Token = Token.Issue(user, settings.TokenSeconds),
            }));
        }

        // Sends the request's body as the message: as it is when it has a subscription of its own, otherwise as the data
        // of an event for which every session is treated as subscribed.
        private static async Task Emit(HttpContext context, Sessions sessions)
        {
            using var reader = new StreamReader(context.Request.Body);
            JsonElement body;
            try
            {
                body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
            }
            catch (JsonException error)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync(error.Message);
                return;
            }
            await Answer(context, await sessions.EmitToAll(body));
        }

        private static Task Answer(HttpContext context, object value)
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(JsonSerializer.Serialize(value, CamelCase));
        }
    }
}
