using System.Threading.Channels;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// Threads that make and open MIKEY-SAKKE messages behind the calls' backs. Making is for idle moments, since a large group's
/// rotation may take seconds; for an upload a REGISTER waits. One user's uploads are always one thread's, so each has its own
/// replay cache.
/// </summary>
internal sealed class KeyWorker : IDisposable
{
    private const int MaxReplays = 16_384;

    // As long as Timer F lets a REGISTER live, and clocks that differ.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    private readonly Lane[] _making;
    private readonly Lane[] _opening;
    private readonly IEntropy _entropy;
    private readonly Action<ControlEvent> _done;
    private readonly ILogger _logger;
    private readonly int _capacity;
    private volatile ServerIdentities _identities;
    private volatile bool _stopping;

    /// <param name="done">Called on a worker's thread with each answer.</param>
    /// <param name="capacity">Tasks that may wait.</param>
    public KeyWorker(ServerIdentities identities, IEntropy entropy, int capacity, Action<ControlEvent> done, ILogger logger)
    {
        _identities = identities;
        _entropy = entropy;
        _capacity = capacity;
        _done = done;
        _logger = logger;
        int threads = Math.Max(1, Environment.ProcessorCount - 1);
        _making = [.. Enumerable.Range(0, threads).Select(number => new Lane(this, $"mcx-keys-out-{number}", BackgroundThread.LowerToIdle))];
        _opening = [.. Enumerable.Range(0, threads).Select(number => new Lane(this, $"mcx-keys-in-{number}", BackgroundThread.Lower))];
    }

    /// <summary>Keys of later key periods. The former stay their owner's; work that has begun still uses them.</summary>
    public void Use(ServerIdentities identities) => _identities = identities;

    /// <summary>Takes a task over; false when too many wait, and then it stays the caller's.</summary>
    public bool TryPost(KeyEffect task)
    {
        (Lane[] lanes, string user) = task switch
        {
            KeyEffect.MakeKeyMessage make => (_making, make.McpttId),
            KeyEffect.OpenKeyUpload open => (_opening, open.McpttId),
            _ => throw new ArgumentOutOfRangeException(nameof(task), task.GetType().Name),
        };
        return lanes[(int)((uint)user.GetHashCode(StringComparison.Ordinal) % (uint)lanes.Length)].TryPost(task, _capacity);
    }

    /// <summary>Ends the work that has begun; what waits is dropped.</summary>
    public void Dispose()
    {
        _stopping = true;
        foreach (Lane lane in _making.Concat(_opening))
            lane.Dispose();
    }

    private sealed class Lane : IDisposable
    {
        private readonly KeyWorker _worker;
        private readonly Channel<KeyEffect> _tasks = Channel.CreateUnbounded<KeyEffect>(new UnboundedChannelOptions { SingleReader = true });
        private readonly MikeyReplayCache _replays = new(MaxReplays, MaxAge, MaxClockSkew);
        private readonly byte[] _message = new byte[MikeyMessage.MaxLength_bytes];
        private readonly Thread _thread;
        private int _waiting;

        /// <param name="lower">Lowers the thread it is called on.</param>
        public Lane(KeyWorker worker, string name, Func<bool> lower)
        {
            _worker = worker;
            _thread = new Thread(() => Run(lower)) { IsBackground = true, Name = name };
            _thread.Start();
        }

        public bool TryPost(KeyEffect task, int capacity)
        {
            if (Interlocked.Increment(ref _waiting) <= capacity && _tasks.Writer.TryWrite(task))
                return true;
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        public void Dispose()
        {
            _tasks.Writer.TryComplete();
            _thread.Join();
        }

        private void Run(Func<bool> lower)
        {
            lower();
#pragma warning disable CA2012 // this thread has nothing else to do: blocking is its way to sleep
            while (_tasks.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
#pragma warning restore CA2012
            {
                while (_tasks.Reader.TryRead(out KeyEffect? task))
                {
                    if (_worker._stopping)
                    {
                        (task as KeyEffect.MakeKeyMessage)?.Key.Dispose();
                        continue;
                    }
                    Interlocked.Decrement(ref _waiting);
                    if (Do(task) is { } answer)
                        _worker._done(answer);
                }
            }
        }

        // A defect in one message must not end the thread that all others wait for. Who waits for this one runs into his time-out.
        private ControlEvent? Do(KeyEffect task)
        {
            try
            {
                return task is KeyEffect.MakeKeyMessage make ? Make(make) : Open((KeyEffect.OpenKeyUpload)task);
            }
            catch (Exception exception)
            {
                _worker._logger.LogError(exception, "key-worker-fault {Task}", task.GetType().Name);
                return null;
            }
        }

        private ControlEvent.KeyMessageMade Make(KeyEffect.MakeKeyMessage task)
        {
            using McxKey key = task.Key;
            // The bearer is the server's, groups are the group management server's.
            IdentityKeys sender = key.Purpose == KeyPurpose.MbmsSubchannelControlKey ? _worker._identities.Mdsi : _worker._identities.Gms;
            bool media = key.Purpose == KeyPurpose.GroupMasterKey;
            var request = new MikeySakkeRequest
            {
                Key = key,
                InitiatorUri = sender.Uri,
                InitiatorKms = sender.Kms,
                ResponderUri = task.McpttId,
                ResponderKms = sender.Kms,
                Time = task.Time,
                CryptoSessions = media ? [CryptoSession.McpttGroupCall] : [],
                Policy = media ? MikeySrtpPolicy.GroupMedia : null,
                Parameters = new KeyParameters(key.Purpose),
            };
            bool made = MikeySakkeBuilder.TryBuild(request, sender, sender, _worker._entropy, _message, out int length);
            return new ControlEvent.KeyMessageMade(task.Ticket, made ? _message[..length] : null);
        }

        private ControlEvent.KeyUploadOpened Open(KeyEffect.OpenKeyUpload task)
        {
            IdentityKeys mdsi = _worker._identities.Mdsi;
            var opener = new MikeySakkeOpener(mdsi.Uri, mdsi.Kms, mdsi.TrustedKms, mdsi, mdsi, _replays, MikeyOpenPolicy.Strict);
            MikeyError error = opener.TryOpen(
                task.Message.Span, KeyPurpose.ClientServerKey, task.McpttId, task.Time, held: null, out OpenedMikeyMessage? opened, out _);
            return new ControlEvent.KeyUploadOpened(task.Ticket, error, opened?.TakeKey());
        }
    }
}
