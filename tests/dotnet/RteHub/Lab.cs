// A hub without a token and without a contact centre: what the SignalR client can do, on Microsoft's own server.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.AspNetCore.SignalR;

namespace Switchhook.RteHub
{
    public sealed class Lab : Hub
    {
        public object Echo(object value) => value;

        public void Nothing()
        {
        }

        public Task Throw(string text) => throw new HubException(text);

        // Answers much later than anybody waits.
        public async Task<int> Slow(int milliseconds)
        {
            await Task.Delay(milliseconds);
            return milliseconds;
        }

        // Calls the client with every number in turn, and answers with how many there were.
        public async Task<int> Numbers(int first, int count)
        {
            for (var number = first; number < first + count; number += 1)
            {
                await Clients.Caller.SendAsync("Number", number);
            }
            return count;
        }

        // The same for as long as the connection lasts, in the background.
        public async Task Count(int first, int count, int pauseMicroseconds)
        {
            for (var number = first; number < first + count && !Context.ConnectionAborted.IsCancellationRequested; number += 1)
            {
                await Clients.Caller.SendAsync("Number", number);
                if (number % 10 == 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(pauseMicroseconds / 100.0));
                }
            }
        }

        public async IAsyncEnumerable<int> Counter(int count, int pause, [EnumeratorCancellation] CancellationToken cancelled)
        {
            for (var number = 0; number < count; number += 1)
            {
                cancelled.ThrowIfCancellationRequested();
                yield return number;
                if (pause > 0)
                {
                    await Task.Delay(pause, cancelled);
                }
            }
        }

        public async IAsyncEnumerable<int> Failing(int count)
        {
            for (var number = 0; number < count; number += 1)
            {
                yield return number;
            }
            await Task.Yield();
            throw new HubException("out of numbers");
        }

        public async Task<int> Sum(IAsyncEnumerable<int> numbers)
        {
            var sum = 0;
            await foreach (var number in numbers)
            {
                sum += number;
            }
            return sum;
        }

        public async Task<string> Zip(IAsyncEnumerable<int> numbers, IAsyncEnumerable<string> words)
        {
            var left = new List<int>();
            await foreach (var number in numbers)
            {
                left.Add(number);
            }
            var right = new List<string>();
            await foreach (var word in words)
            {
                right.Add(word);
            }
            return string.Join(",", left.Zip(right, (number, word) => $"{number}{word}"));
        }

        public ChannelReader<int> Doubled(ChannelReader<int> numbers)
        {
            var doubled = Channel.CreateUnbounded<int>();
            _ = Task.Run(async () =>
            {
                try
                {
                    while (await numbers.WaitToReadAsync())
                    {
                        while (numbers.TryRead(out var number))
                        {
                            doubled.Writer.TryWrite(2 * number);
                        }
                    }
                    doubled.Writer.Complete();
                }
                catch (Exception error)
                {
                    doubled.Writer.Complete(error);
                }
            });
            return doubled.Reader;
        }
    }
}
