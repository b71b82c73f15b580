import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { queryClient } from './api/queryClient.ts';
import { startI18n } from './i18n/index.ts';
import { listenForInstall } from './pwa/worker.ts';
import { routes } from './routes.tsx';
import { ThemeProvider } from './ui/ThemeProvider.tsx';
import './ui/styles.css';

startI18n();
listenForInstall();
const router = createBrowserRouter(routes);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ThemeProvider>
        <RouterProvider router={router} />
      </ThemeProvider>
    </QueryClientProvider>
  </StrictMode>,
);
