namespace MediaEngine.Media;

/// <summary>Takes reports away from the media thread; never blocks.</summary>
public interface IReportSink
{
    void Report(MediaReport report);
}
