using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// One line per event: UTC time, level when it matters, then what happened to whom and why. A thread of its own writes what has come
/// together, the first line at once, and a terminal that takes nothing holds up nobody: lines that find no room are counted instead.
/// </summary>
internal sealed class OperatorLog : ILoggerProvider, ILogger
{
    private const int Capacity_lines = 16_384;
    private const int Chunk_characters = 65_536;

    // Waking the thread for each of many lines would cost whoever logs more than the line.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly TextWriter _output;
    private readonly ConcurrentQueue<Line> _lines = new();
    private readonly Doorbell _doorbell = new();
    private readonly Thread _thread;
    private int _waiting_lines;
    private long _lost;
    private volatile bool _isClosing;

    public OperatorLog(TextWriter output)
    {
        _output = output;
        _thread = new Thread(Write) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Interlocked.Increment(ref _waiting_lines) > Capacity_lines)
        {
            Interlocked.Decrement(ref _waiting_lines);
            Interlocked.Increment(ref _lost);
            return;
        }
        _lines.Enqueue(new Line(DateTime.UtcNow, logLevel, formatter(state, exception), exception));
        _doorbell.Ring();
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose()
    {
        if (_isClosing)
            return;
        _isClosing = true;
        _doorbell.Ring();
        _thread.Join();
        _doorbell.Dispose();
    }

    private void Write()
    {
        var text = new StringBuilder();
        while (!_isClosing || !_lines.IsEmpty)
        {
            while (text.Length < Chunk_characters && _lines.TryDequeue(out Line line))
            {
                Interlocked.Decrement(ref _waiting_lines);
                Append(text, line);
            }
            bool isMore = text.Length >= Chunk_characters;
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                Append(text, new Line(DateTime.UtcNow, LogLevel.Warning, $"log-lines-lost {lost}: they came faster than they could be written", null));
            if (text.Length == 0)
            {
                _doorbell.Wait(() => _lines.IsEmpty && !_isClosing, Timeout.InfiniteTimeSpan);
                continue;
            }
            try
            {
                _output.Write(text);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads it any more; the server goes on.
            }
            text.Clear();
            if (!isMore && !_isClosing)
                Thread.Sleep(Pause);
        }
    }

    private static void Append(StringBuilder text, in Line line)
    {
        Span<char> time = stackalloc char[32];
        line.At.TryFormat(time, out _, "O", CultureInfo.InvariantCulture);
        text.Append(time[.."yyyy-MM-ddTHH:mm:ss.fff".Length]).Append("Z ").Append(line.Level switch
        {
            LogLevel.Information => "",
            LogLevel.Warning => "WARNING ",
            LogLevel.Error => "ERROR ",
            LogLevel.Critical => "CRITICAL ",
            _ => "DEBUG ",
        }).AppendLine(line.Text);
        if (line.Exception is { } exception)
            text.Append(exception).AppendLine();
    }

    private readonly record struct Line(DateTime At, LogLevel Level, string Text, Exception? Exception);
}
